// Which course and which students a command means.
import type { Course } from '../../../infra/course/course.ts';
import { listCourses, readCourse } from '../../../infra/course/course-store.ts';
import { EVERYBODY, nameProblem } from '../../../infra/course/student-names.ts';
import { usageError } from '../cli-error.ts';
import { unknownName } from '../unknown-name.ts';

export interface CourseOption {
  /** @default $CNILAB_COURSE, else the only one */
  readonly course?: string;
}

/** @throws CliError when the name cannot be a course's */
export function checkCourseName(name: string): string {
  const problem = nameProblem(name);
  if (problem === undefined) return name;
  throw usageError(`"${name}" cannot be the name of a course: ${problem}`);
}

/** @param verb for the hint, such as `reset s01` @throws CliError when there is none, or it is not clear which */
export async function chooseCourse({ course }: CourseOption, verb: string): Promise<Course> {
  const named = course ?? (process.env.CNILAB_COURSE || undefined);
  if (named !== undefined) {
    const found = await readCourse(checkCourseName(named));
    if (found) return found;
    throw unknownName(`there is no course "${named}"`, named, await listCourses(), 'courses', MAKE_ONE);
  }
  const all = await listCourses();
  const [only] = all;
  if (all.length === 1 && only) return only;
  if (!only) throw usageError('there is no course', MAKE_ONE);
  throw usageError(
    `there are ${all.length} courses; say which one`,
    ...all.map(({ name }) => `npm run -s lab -- course ${verb} --course ${name}`),
  );
}

const MAKE_ONE = 'npm run -s lab -- course up <lab> --students 30   makes one';

/**
 * Those that are named, in the course's order; everybody where nobody has to be named.
 * @param nobody what is meant when neither a name nor --all is given
 * @throws CliError naming those whom the course does not have
 */
export function chooseStudents(
  { name: course, students }: Course,
  names: readonly string[],
  all: boolean | undefined,
  nobody: 'everybody' | 'refuse' = 'refuse',
): readonly string[] {
  const everybody = all || names.includes(EVERYBODY);
  if (everybody && names.some((name) => name !== EVERYBODY))
    throw usageError('either students or everybody: name them, or say --all');
  if (everybody || (names.length === 0 && nobody === 'everybody')) return students;
  if (names.length === 0)
    throw usageError('say which student', `such as ${students[0]}, or --all for everybody`);
  const unknown = names.find((name) => !students.includes(name));
  if (unknown !== undefined)
    throw unknownName(`course ${course} has no student "${unknown}"`, unknown, students, 'students');
  return students.filter((student) => names.includes(student));
}
