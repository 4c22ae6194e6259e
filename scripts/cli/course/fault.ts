// `course fault`: the same fault in many students' instances, for them to find out.
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { knownFault } from '../verbs/fault.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { injectTask } from './tasks/inject.ts';
import { repairTask } from './tasks/repair.ts';
import { doTask } from './tasks/task.ts';

interface Options extends CourseOption {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Stands for a fault that is drawn for each student by itself, and named neither here, where a class may see it, nor in the instance. */
const ANY = 'any';

/** @param name of the fault, or `any` */
export async function courseInject(
  name: string,
  names: readonly string[],
  options: Options,
): Promise<ExitCode> {
  if (name !== ANY) knownFault(name);
  const course = await chooseCourse(options, `fault inject ${name}`);
  const students = chooseStudents(course, names, options.all);
  const outcomes = await forStudents({
    course,
    students,
    done: 'are broken',
    work: (student, signal) =>
      doTask(injectTask, course, student, name === ANY ? {} : { fault: name }, signal),
    line: ({ fault }) => `! <student>  ${name === ANY ? 'a fault is in' : fault}`,
  });
  if (options.json) printJson({ course: course.name, students: outcomeRows(outcomes) });
  refuseFailures(
    outcomes,
    'could not be broken',
    `npm run -s lab -- fault list --stack ${course.name}-${students[0]}   shows which faults the lab can have`,
  );
  return EXIT.pass;
}

/** All faults of those students. */
export async function courseRepair(names: readonly string[], options: Options): Promise<ExitCode> {
  const course = await chooseCourse(options, 'fault repair');
  const students = chooseStudents(course, names, options.all);
  const outcomes = await forStudents({
    course,
    students,
    done: 'are repaired',
    work: (student, signal) => doTask(repairTask, course, student, undefined, signal),
    line: ({ undone }) => `✓ <student>  ${undone.join('; ') || 'no fault'}`,
  });
  if (options.json) printJson({ course: course.name, students: outcomeRows(outcomes) });
  refuseFailures(outcomes, 'could not be repaired');
  return EXIT.pass;
}
