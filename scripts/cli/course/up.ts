// `course up`: an instance of a lab for each student; those that stand already are left as they are.
import path from 'node:path';
import { loadBackend } from '../../../infra/backends/registry.ts';
import { selectorProblem } from '../../../infra/backends/selector-problem.ts';
import { COURSE_BACKEND, type Course, instanceStack } from '../../../infra/course/course.ts';
import { writeCourse } from '../../../infra/course/course-store.ts';
import { ensureInstance, instanceOf } from '../../../infra/course/instance.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { ROOT } from '../project.ts';
import { asTyped } from '../spelling.ts';
import { type CourseAsked, courseAsked } from './asked-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { refuseWhatCannotBe } from './tasks/prepare.ts';
import { doTask } from './tasks/task.ts';
import { rememberFresh, upTask } from './tasks/up.ts';

export interface CourseUpOptions extends CourseAsked {
  readonly atOnce?: number;
  readonly json?: boolean;
}

export async function courseUp(word: string | undefined, options: CourseUpOptions): Promise<ExitCode> {
  const course = await courseAsked(word, options);
  const { name, lab, students, accounts } = course;
  const problem = selectorProblem(COURSE_BACKEND, lab.workloads);
  if (problem !== undefined) throw usageError(problem);
  const make = accounts ? await forAccounts(course) : await forOurselves(course);
  await writeCourse(course);
  if (!options.json)
    process.stdout.write(
      `Course ${name}: lab ${lab.name} for ${students.length} ${accounts ? 'accounts' : 'students'}\n`,
    );
  const begun = performance.now();
  const outcomes = await forStudents({
    course,
    students,
    done: 'instances are up',
    ...(options.atOnce !== undefined && { atOnce: options.atOnce }),
    work: make,
    line: ({ made }) => (made ? '+ <student>' : '= <student>  stands'),
  });
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
  const fresh = outcomes.find((outcome) => 'value' in outcome && outcome.value.value.made);
  // An account's is on record at the account's.
  if (fresh && !accounts) await rememberFresh(course, fresh.student);
  if (options.json) printJson({ course: name, lab: lab.name, seconds, students: outcomeRows(outcomes) });
  const go = `npm run -s lab -- course`;
  refuseFailures(
    outcomes,
    'instances are not up',
    `${go} up --course ${name}   goes on: those that are up are left alone`,
    `${go} down --course ${name}   clears everything away`,
  );
  if (!options.json) process.stdout.write(asTyped(`${upText(course, seconds)}\n`));
  return EXIT.pass;
}

type Make = (
  student: string,
  signal: AbortSignal,
) => Promise<{ readonly stack: string; readonly made: boolean }>;

/** @throws why it cannot be: nothing has been made */
async function forOurselves(course: Course): Promise<Make> {
  await refuseWhatCannotBe(course);
  const backend = await loadBackend(COURSE_BACKEND);
  // Names that are taken are found before anything is made.
  await Promise.all(course.students.map((student) => instanceOf(backend, course, student)));
  return async (student, signal) => ({
    stack: instanceStack(course.name, student),
    made: await ensureInstance(backend, course, student, { signal }),
  });
}

/** @throws why it cannot be: nothing has been made */
async function forAccounts(course: Course): Promise<Make> {
  const { refuseUnreachable } = await import('./refuse-unreachable.ts');
  await refuseUnreachable(course);
  return (student, signal) => doTask(upTask, course, student, undefined, signal);
}

function upText({ name, lab, students, accounts }: Course, seconds: number): string {
  const [student = ''] = students;
  const host = lab.workloads[0]?.pods[0]?.name ?? lab.nodes[0]?.name ?? '';
  const go = 'npm run -s lab -- course';
  return [
    `${students.length} of ${students.length} instances are up (${seconds.toFixed(1)} s)`,
    '',
    'Try next',
    `  ${go} status  # everybody`,
    accounts
      ? `  ${path.join(ROOT, 'node_modules', '.bin', 'cnilab')} status  # what each account says in a shell of its own, and any other verb`
      : `  ${go} shell ${student} ${host}  # work in one; any verb takes --stack ${instanceStack(name, student)}`,
    ...(accounts ? [`  ${go} shell ${student} ${host}  # look over a shoulder`] : []),
    `  ${go} verify  # everybody's experiments`,
    `  ${go} reset ${student}  # one anew`,
    `  ${go} down  # when you are done`,
  ].join('\n');
}
