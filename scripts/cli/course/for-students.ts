// Work for many students with its progress on standard error, Ctrl-C heeded, and one message for all that failed.
import { availableParallelism } from 'node:os';
import { type Course, instanceStack } from '../../../infra/course/course.ts';
import { eachStudent, failuresOf, type Outcome } from '../../../infra/course/each-student.ts';
import { indent } from '../../../infra/report/words.ts';
import { stackDir } from '../../../infra/state/stack-store.ts';
import { withLock } from '../../setup/lock.mjs';
import { CliError } from '../cli-error.ts';
import { onStopRequests } from '../engine/stop-requests.ts';
import { EXIT } from '../exit-codes.ts';
import { explainError } from '../explain-error.ts';
import { asTyped } from '../spelling.ts';
import { StatusLine } from '../status-line.ts';

export interface ForStudents<T> {
  readonly course: Course;
  readonly students: readonly string[];
  /** What is done, as in "30 of 30 <done>": `instances are up`. */
  readonly done: string;
  /** @default two for each processor: an instance's making waits for the kernel half of the time */
  readonly atOnce?: number;
  readonly work: (student: string, signal: AbortSignal) => Promise<T>;
  /** A student's line, without the name and the time; undefined for none. @default none but failures */
  readonly line?: (value: T) => string | undefined;
}

export type Timed<T> = { readonly seconds: number; readonly value: T };

/**
 * Two commands never work on one instance at the same time: the later one waits.
 * @returns an outcome for each, in their order; whether all is well is for `refuseFailures`
 */
export async function forStudents<T>({
  course,
  students,
  done,
  atOnce = 2 * availableParallelism(),
  work,
  line,
}: ForStudents<T>): Promise<readonly Outcome<Timed<T>>[]> {
  const abort = new AbortController();
  const status = new StatusLine(process.stderr);
  const ignore = onStopRequests(() => {
    abort.abort();
    status.update([], 'Stopping …');
  });
  const width = Math.max(...students.map(({ length }) => length));
  let finished = 0;
  const passing = () => `${finished} of ${students.length} ${done} …`;
  const timed = async (student: string): Promise<Timed<T>> => {
    const begun = performance.now();
    const value = await withLock(
      stackDir(instanceStack(course.name, student)),
      () => status.update([`  … ${student.padEnd(width)}  waits for another command`], passing()),
      () => {
        // Told to stop while another command worked on it.
        abort.signal.throwIfAborted();
        return work(student, abort.signal);
      },
    );
    return { value, seconds: (performance.now() - begun) / 1000 };
  };
  try {
    status.update([], passing());
    return await eachStudent(students, timed, {
      atOnce,
      signal: abort.signal,
      tell: (outcome) => {
        if ('value' in outcome) finished += 1;
        status.update(lineOf(outcome, width, line), abort.signal.aborted ? 'Stopping …' : passing());
      },
    });
  } finally {
    status.update([]);
    ignore();
  }
}

function lineOf<T>(
  outcome: Outcome<Timed<T>>,
  width: number,
  line: ForStudents<T>['line'],
): readonly string[] {
  const name = outcome.student.padEnd(width);
  if ('skipped' in outcome) return [];
  if ('error' in outcome) return [asTyped(`  ✗ ${name}  ${outcome.error.message.split('\n')[0]}`)];
  const { value, seconds } = outcome.value;
  const said = line?.(value);
  return said === undefined ? [] : [`  ${said.replace('<student>', name)}  ${seconds.toFixed(1)} s`];
}

/**
 * After everything else has been said.
 * @param hints how to go on
 * @throws CliError when somebody's work failed, or did not come to its turn
 */
export function refuseFailures(
  outcomes: readonly Outcome<unknown>[],
  what: string,
  ...hints: readonly string[]
): void {
  const bad = outcomes.filter((outcome) => !('value' in outcome));
  if (bad.length === 0) return;
  const stopped = outcomes.some((outcome) => 'skipped' in outcome);
  const explained = failuresOf(outcomes).map(({ students, error }) => ({ students, ...explainError(error) }));
  const reasons = explained.map(({ students, text }) => indent(`${students.join(', ')}: ${text}`, 2));
  const count = `${bad.length} of ${outcomes.length} ${what}`;
  const usage = explained.length > 0 && explained.every(({ exitCode }) => exitCode === EXIT.usage);
  throw new CliError(
    [stopped ? `stopped; ${count}` : `${count}:`, ...reasons].join('\n'),
    hints,
    stopped ? EXIT.interrupted : usage ? EXIT.usage : EXIT.environment,
  );
}

/** A row a student, for `--json`. */
export function outcomeRows<T extends object>(outcomes: readonly Outcome<Timed<T>>[]) {
  return outcomes.map((outcome) => {
    const { student } = outcome;
    if ('skipped' in outcome) return { student, outcome: 'stopped' as const };
    if ('error' in outcome) return { student, outcome: 'failed' as const, error: outcome.error.message };
    const { value, seconds } = outcome.value;
    return { student, outcome: 'done' as const, seconds: Number(seconds.toFixed(3)), ...value };
  });
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
