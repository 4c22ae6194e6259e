// How a student stands in a course, as a row: alive, stage, verdict, faults. Pure.
import type { ExperimentResult, Verdict } from '../experiments/result.ts';
import { worst } from '../experiments/verdict.ts';
import type { InstanceState } from './instance.ts';

export interface Standing {
  readonly student: string;
  readonly stack: string;
  /** `unknown`: the account that has it could not be asked. */
  readonly state: InstanceState | 'unknown';
  /** The checkpoint that was saved or restored last. */
  readonly checkpoint?: string;
  /** Of the latest run of every experiment; absent while none has been run. */
  readonly verdict?: Verdict;
  /** Experiments that pass, of those of the lab. */
  readonly passed: number;
  readonly experiments: number;
  /** Verdict of each experiment that has been run, in the lab file's order. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Names of the faults that are in. */
  readonly faults: readonly string[];
  /** What is otherwise than at its checkpoint (or than made), when that was looked at. */
  readonly changes?: readonly string[];
}

export function standingOf(
  who: Pick<Standing, 'student' | 'stack' | 'state'>,
  lab: readonly { readonly name: string }[],
  results: readonly Pick<ExperimentResult, 'name' | 'verdict'>[],
  more: Pick<Standing, 'faults' | 'checkpoint' | 'changes'>,
): Standing {
  const verdicts = results.map(({ verdict }) => verdict);
  return {
    ...who,
    ...(results.length > 0 && { verdict: worst(verdicts) }),
    passed: verdicts.filter((verdict) => verdict === 'pass').length,
    experiments: lab.length,
    verdicts: Object.fromEntries(results.map(({ name, verdict }) => [name, verdict])),
    ...more,
  };
}

/** For a spreadsheet (RFC 4180): a row a student, a column an experiment. Ends with a newline. */
export function standingsCsv(standings: readonly Standing[], experiments: readonly string[]): string {
  const head = ['student', 'stack', 'state', 'checkpoint', 'verdict', 'passed', 'experiments', 'faults'];
  const rows = standings.map((row) => [
    ...[row.student, row.stack, row.state, row.checkpoint ?? '', row.verdict ?? ''],
    ...[`${row.passed}`, `${row.experiments}`, row.faults.join(' ')],
    ...experiments.map((name) => row.verdicts[name] ?? ''),
  ]);
  return [[...head, ...experiments], ...rows].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
