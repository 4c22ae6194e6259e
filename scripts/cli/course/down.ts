// `course down`: takes instances down, in whatever state they are; nothing of the course is left.
import type { Writable } from 'node:stream';
import { type Course, instanceStack } from '../../../infra/course/course.ts';
import { listCourses, removeCourse, writeCourse } from '../../../infra/course/course-store.ts';
import { CliError } from '../cli-error.ts';
import { onStopRequests } from '../engine/stop-requests.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { downTask } from './tasks/down.ts';
import { doTask, GoneAccount } from './tasks/task.ts';

export async function courseDown(
  names: readonly string[],
  options: CourseOption & { readonly json?: boolean },
): Promise<ExitCode> {
  if (names.length === 0 && options.course === undefined && (await listCourses()).length === 0) {
    if (options.json) printJson({ students: [] });
    else process.stdout.write('There is no course: there is nothing to take down.\n');
    return EXIT.pass;
  }
  const course = await chooseCourse(options, 'down');
  const students = chooseStudents(course, names, false, 'everybody');
  const outcomes = await takeDownCourse(course, students);
  if (options.json) printJson({ course: course.name, students: outcomeRows(outcomes) });
  refuseFailures(
    outcomes,
    'instances could not be taken down',
    `npm run -s lab -- course down --course ${course.name}   goes on`,
  );
  const all = students.length === course.students.length;
  if (!options.json)
    process.stdout.write(
      all ? isDown(course) : `${students.join(', ')}: down, and not in course ${course.name} any more.\n`,
    );
  return EXIT.pass;
}

function isDown({ name }: Course): string {
  return `Course ${name} is down; nothing of it is left.\n`;
}

/**
 * What does not go is a stack like any other, for the caller to try again as such.
 * @param out is told of each course that is down
 * @returns stacks that are down @throws CliError when told to stop
 */
export async function takeDownCourses(courses: readonly Course[], out: Writable): Promise<readonly string[]> {
  const down: string[] = [];
  let stopped = false;
  const ignore = onStopRequests(() => {
    stopped = true;
  });
  try {
    for (const course of courses) {
      const outcomes = await takeDownCourse(course);
      const gone = outcomes.flatMap((outcome) => ('value' in outcome ? [outcome] : []));
      const stood = gone.filter(({ value }) => value.value.stood);
      down.push(...stood.map(({ student }) => instanceStack(course.name, student)));
      if (gone.length === outcomes.length) out.write(isDown(course));
      if (stopped)
        throw new CliError(
          'stopped; not everything is down',
          'npm run down -- --all   goes on',
          EXIT.interrupted,
        );
    }
  } finally {
    ignore();
  }
  return down;
}

/** Whose instance could be taken down is not in the course any more; a course without students is none. */
async function takeDownCourse(course: Course, students: readonly string[] = course.students) {
  const outcomes = await forStudents({
    course,
    students,
    done: 'instances are down',
    work: (student, signal) => takeDownInstance(course, student, signal),
    line: ({ note }) => (note === undefined ? undefined : `- <student>  ${note}`),
  });
  const gone = new Set(outcomes.flatMap((outcome) => ('value' in outcome ? [outcome.student] : [])));
  const left = course.students.filter((student) => !gone.has(student));
  if (left.length === 0) await removeCourse(course.name);
  else await writeCourse({ ...course, students: left });
  return outcomes;
}

/** Of an account that is gone nothing can be taken down, and a course that could not lose it would never be down. */
async function takeDownInstance(
  course: Course,
  student: string,
  signal: AbortSignal,
): Promise<{ readonly stood: boolean; readonly note?: string }> {
  try {
    return await doTask(downTask, course, student, undefined, signal);
  } catch (error) {
    if (!(error instanceof GoneAccount)) throw error;
    return { stood: false, note: [error.message, ...error.hints].join('; ') };
  }
}
