// `course down`: takes instances down, in whatever state they are; nothing of the course is left.
import { loadBackend } from '../../../infra/backends/registry.ts';
import { COURSE_BACKEND, type Course } from '../../../infra/course/course.ts';
import { listCourses, removeCourse, writeCourse } from '../../../infra/course/course-store.ts';
import { removeInstance, TakenStack } from '../../../infra/course/instance.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';

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
      all
        ? `Course ${course.name} is down; nothing of it is left.\n`
        : `${students.join(', ')}: down, and not in course ${course.name} any more.\n`,
    );
  return EXIT.pass;
}

/** Whose instance could be taken down is not in the course any more; a course without students is none. */
export async function takeDownCourse(course: Course, students: readonly string[] = course.students) {
  const backend = await loadBackend(COURSE_BACKEND);
  const outcomes = await forStudents({
    course,
    students,
    done: 'instances are down',
    work: async (student) => {
      await removeInstance(backend, course, student).catch((error: unknown) => {
        // What stands under the name is not the course's: there is nothing of it to take down.
        if (!(error instanceof TakenStack)) throw error;
      });
      return {};
    },
  });
  const gone = new Set(outcomes.flatMap((outcome) => ('value' in outcome ? [outcome.student] : [])));
  const left = course.students.filter((student) => !gone.has(student));
  if (left.length === 0) await removeCourse(course.name);
  else await writeCourse({ ...course, students: left });
  return outcomes;
}
