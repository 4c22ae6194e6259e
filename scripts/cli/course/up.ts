// `course up`: an instance of a lab for each student; those that stand already are left as they are.
import { loadBackend } from '../../../infra/backends/registry.ts';
import { selectorProblem } from '../../../infra/backends/selector-problem.ts';
import { readFresh, writeFresh } from '../../../infra/course/checkpoint/checkpoint.ts';
import { observeState } from '../../../infra/course/checkpoint/observe-state.ts';
import { COURSE_BACKEND, type Course, instanceStack } from '../../../infra/course/course.ts';
import { writeCourse } from '../../../infra/course/course-store.ts';
import { ensureInstance, instanceOf } from '../../../infra/course/instance.ts';
import { environmentError, usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';
import { refuseWithoutTools } from '../needed-tools.ts';
import { asTyped } from '../spelling.ts';
import { type CourseAsked, courseAsked } from './asked-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { standingRecord } from './standing-record.ts';

export interface CourseUpOptions extends CourseAsked {
  readonly atOnce?: number;
  readonly json?: boolean;
}

export async function courseUp(word: string | undefined, options: CourseUpOptions): Promise<ExitCode> {
  const course = await courseAsked(word, options);
  const { name, lab, students, isolation } = course;
  const backend = await loadBackend(COURSE_BACKEND);
  const problem = selectorProblem(COURSE_BACKEND, lab.workloads);
  if (problem !== undefined) throw usageError(problem);
  await refuseWithoutTools(lab, COURSE_BACKEND);
  const refusal = await backend.probe(isolation);
  if (refusal) throw environmentError(refusal.reason, refusal.fix);
  // Names that are taken are found before anything is made.
  await Promise.all(students.map((student) => instanceOf(backend, course, student)));
  await writeCourse(course);
  if (!options.json)
    process.stdout.write(`Course ${name}: lab ${lab.name} for ${students.length} students\n`);
  const begun = performance.now();
  const outcomes = await forStudents({
    course,
    students,
    done: 'instances are up',
    ...(options.atOnce !== undefined && { atOnce: options.atOnce }),
    work: async (student, signal) => ({
      stack: instanceStack(name, student),
      made: await ensureInstance(backend, course, student, { signal }),
    }),
    line: ({ made }) => (made ? '+ <student>' : '= <student>  stands'),
  });
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
  await rememberFresh(
    course,
    outcomes.find((outcome) => 'value' in outcome && outcome.value.value.made)?.student,
  );
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

/** One look at an instance that nobody has touched tells what all of them were made like. */
async function rememberFresh(course: Course, student: string | undefined): Promise<void> {
  if (student === undefined || (await readFresh(course.name))) return;
  const record = await standingRecord(course, student);
  const { state } = await withCluster(record, (cluster) => observeState(cluster, course.lab));
  await writeFresh(course.name, state);
}

function upText({ name, lab, students }: Course, seconds: number): string {
  const [student = ''] = students;
  const host = lab.workloads[0]?.pods[0]?.name ?? lab.nodes[0]?.name ?? '';
  const go = 'npm run -s lab -- course';
  return [
    `${students.length} of ${students.length} instances are up (${seconds.toFixed(1)} s)`,
    '',
    'Try next',
    `  ${go} status  # everybody`,
    `  ${go} shell ${student} ${host}  # work in one; any verb takes --stack ${instanceStack(name, student)}`,
    `  ${go} verify  # everybody's experiments`,
    `  ${go} reset ${student}  # one anew`,
    `  ${go} down  # when you are done`,
  ].join('\n');
}
