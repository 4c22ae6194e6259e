// `course up`: an instance of a lab for each student; those that stand already are left as they are.

import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { loadBackend } from '../../../infra/backends/registry.ts';
import { selectorProblem } from '../../../infra/backends/selector-problem.ts';
import { readFresh, writeFresh } from '../../../infra/course/checkpoint/checkpoint.ts';
import { observeState } from '../../../infra/course/checkpoint/observe-state.ts';
import { COURSE_BACKEND, type Course, instanceStack } from '../../../infra/course/course.ts';
import { listCourses, readCourse, writeCourse } from '../../../infra/course/course-store.ts';
import { ensureInstance, instanceOf } from '../../../infra/course/instance.ts';
import { parseRoster } from '../../../infra/course/parse-roster.ts';
import { MOST_STUDENTS, numberedStudents } from '../../../infra/course/student-names.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { loadLab } from '../../../infra/lab/load.ts';
import { CliError, environmentError, usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findLabFile } from '../lab-files.ts';
import { withCluster } from '../live-lab.ts';
import { refuseWithoutTools } from '../needed-tools.ts';
import { ROOT } from '../project.ts';
import { shortPath } from '../text.ts';
import { checkCourseName, chooseCourse } from './choose-course.ts';
import { standing } from './exec.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';

export interface CourseUpOptions {
  readonly course?: string;
  readonly students?: number;
  readonly roster?: string;
  readonly isolation?: Course['isolation'];
  readonly atOnce?: number;
  readonly json?: boolean;
}

export async function courseUp(word: string | undefined, options: CourseUpOptions): Promise<ExitCode> {
  const course = word === undefined ? await knownCourse(options) : await courseOf(word, options);
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
  if (!options.json) process.stdout.write(`${upText(course, seconds)}\n`);
  return EXIT.pass;
}

/** One look at an instance that nobody has touched tells what all of them were made like. */
async function rememberFresh(course: Course, student: string | undefined): Promise<void> {
  if (student === undefined || (await readFresh(course.name))) return;
  const record = await standing(course, student);
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

/** One that was made before, with more students perhaps. */
async function knownCourse(options: CourseUpOptions): Promise<Course> {
  if (options.course === undefined && !process.env.CNILAB_COURSE && (await listCourses()).length === 0)
    throw usageError('say which lab', 'npm run -s lab -- course up flannel --students 30');
  const course = await chooseCourse(options, 'up');
  return grown(course, await studentsAsked(options), options);
}

async function courseOf(word: string, options: CourseUpOptions): Promise<Course> {
  const labFile = await findLabFile(word);
  const lab = await loadLab(shortPath(labFile));
  const name = checkCourseName(options.course ?? lab.name);
  const students = await studentsAsked(options);
  const before = await readCourse(name);
  if (before) {
    refuseAnotherLab(before, lab, labFile);
    return grown(before, students, options);
  }
  if (!students)
    throw usageError(
      'say who takes part',
      `npm run -s lab -- course up ${word} --students 30   calls them s01 to s30`,
      `npm run -s lab -- course up ${word} --roster names.txt   one name a line`,
    );
  const { isolation = 'auto' } = options;
  return { name, lab, labFile, checkout: ROOT, isolation, students, createdAt: new Date().toISOString() };
}

/** What students have done would be lost with their instances: never without being asked to. */
function refuseAnotherLab(course: Course, lab: Lab, labFile: string): void {
  const { name } = course;
  const hints = [
    `npm run -s lab -- course down --course ${name}   takes it down, and then the same command makes it anew`,
    'npm run -s lab -- course up … --course <another name>   makes another course beside it',
  ];
  if (course.labFile !== labFile)
    throw usageError(`course ${name} is of another lab file, ${course.labFile}`, ...hints);
  if (isDeepStrictEqual(course.lab, JSON.parse(JSON.stringify(lab)))) return;
  throw usageError(
    `${shortPath(labFile)} has changed since course ${name} was made from it`,
    `npm run -s lab -- course up --course ${name}   goes on with the lab as it was`,
    ...hints,
  );
}

function grown(course: Course, students: readonly string[] | undefined, options: CourseUpOptions): Course {
  if (options.isolation !== undefined && options.isolation !== course.isolation)
    throw usageError(
      `course ${course.name} was made with --isolation ${course.isolation}`,
      `npm run -s lab -- course down --course ${course.name}   and make it anew`,
    );
  if (!students) return course;
  const gone = course.students.filter((student) => !students.includes(student));
  if (gone.length === 0) return { ...course, students };
  throw usageError(
    `${gone.join(', ')} ${gone.length === 1 ? 'is' : 'are'} in course ${course.name}, and would not be any more`,
    `npm run -s lab -- course down ${gone.join(' ')} --course ${course.name}   takes their instances down`,
  );
}

async function studentsAsked(options: CourseUpOptions): Promise<readonly string[] | undefined> {
  const { students, roster } = options;
  if (students !== undefined) return numberedStudents(students);
  if (roster === undefined) return undefined;
  const text = await readFile(roster, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError(
      `the roster ${roster} cannot be read (${error.code})`,
      'it is a text with one name a line',
    );
  });
  const { names, problems } = parseRoster(text);
  if (problems.length === 0) return names;
  throw new CliError(
    problems.map(({ line, message }) => `${roster}:${line}: ${message}`).join('\n'),
    `names are lower-case letters, digits and "-", each once, at most ${MOST_STUDENTS}`,
    EXIT.usage,
  );
}
