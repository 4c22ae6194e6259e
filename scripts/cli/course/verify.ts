// `course verify`: everybody's experiments, on their instances as they stand.
import type { Verdict } from '../../../infra/experiments/result.ts';
import { worst } from '../../../infra/experiments/verdict.ts';
import { decisiveVerdict, EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { chooseExperiments } from '../verbs/verify.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { doTask } from './tasks/task.ts';
import { verifyTask } from './tasks/verify.ts';

export interface CourseVerifyOptions extends CourseOption {
  readonly experiment?: readonly string[];
  readonly atOnce?: number;
  readonly json?: boolean;
}

/**
 * Instances whose experiments run at a time. Captures are judged by whether they are complete: on processors that many
 * share, they are inconclusive rather than quick.
 */
const AT_ONCE = 2;

export async function courseVerify(
  names: readonly string[],
  options: CourseVerifyOptions,
): Promise<ExitCode> {
  const course = await chooseCourse(options, 'verify');
  const { lab } = course;
  const students = chooseStudents(course, names, false, 'everybody');
  const chosen = chooseExperiments(lab, options.experiment ?? []);
  const experiments = chosen.map(({ name }) => name);
  const recorded = new Set(chosen.filter(({ onFailure }) => onFailure === 'record').map(({ name }) => name));
  const outcomes = await forStudents({
    course,
    students,
    done: 'are verified',
    atOnce: options.atOnce ?? AT_ONCE,
    work: async (student, signal) => {
      const verdicts = await doTask(verifyTask, course, student, { experiments }, signal);
      // An account may tell of others, or of none.
      const ran = experiments.map((name) => ({ name, verdict: verdicts[name] ?? 'inconclusive' }) as const);
      return {
        verdict: worst(ran.map(({ verdict }) => verdict)),
        decisive: decisiveVerdict(ran, recorded),
        verdicts: Object.fromEntries(ran.map(({ name, verdict }) => [name, verdict])),
      };
    },
    line: ({ verdict, verdicts }) => `${MARKS[verdict]} <student>  ${summary(verdict, verdicts)}`,
  });
  if (options.json) {
    const rows = outcomeRows(outcomes).map(({ decisive: _, ...row }: Record<string, unknown>) => row);
    printJson({ course: course.name, lab: lab.name, students: rows });
  } else {
    const verdicts = outcomes.flatMap((outcome) => ('value' in outcome ? outcome.value.value.verdict : []));
    const passing = verdicts.filter((verdict) => verdict === 'pass').length;
    process.stdout.write(`${passing} of ${students.length} pass\n`);
  }
  refuseFailures(outcomes, 'could not be verified');
  const decisive = outcomes.flatMap((outcome) => ('value' in outcome ? outcome.value.value.decisive : []));
  return decisive.length === 0 ? EXIT.pass : exitCodeOf(worst(decisive));
}

const MARKS: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', inconclusive: '?' };

function summary(verdict: Verdict, verdicts: Readonly<Record<string, Verdict>>): string {
  const all = Object.entries(verdicts);
  const others = all.filter(([, one]) => one !== 'pass').map(([name]) => name);
  return `${verdict}, ${all.length - others.length}/${all.length}${others.length > 0 ? ` (not: ${others.join(', ')})` : ''}`;
}
