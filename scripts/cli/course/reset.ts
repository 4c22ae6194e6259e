// `course reset`: students' instances anew, as the lab was when the course was made.
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { resetTask } from './tasks/reset.ts';
import { doTask } from './tasks/task.ts';

export async function courseReset(
  names: readonly string[],
  options: CourseOption & { readonly all?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const course = await chooseCourse(options, `reset ${names.join(' ')}`.trimEnd());
  const students = chooseStudents(course, names, options.all);
  const outcomes = await forStudents({
    course,
    students,
    done: 'instances are new',
    work: (student, signal) => doTask(resetTask, course, student, undefined, signal),
    line: () => '± <student>  as new',
  });
  if (options.json) printJson({ course: course.name, students: outcomeRows(outcomes) });
  refuseFailures(
    outcomes,
    'instances are not new',
    `npm run -s lab -- course up --course ${course.name}   makes those that are missing`,
  );
  return EXIT.pass;
}
