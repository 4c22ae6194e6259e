// `course exec` and `course shell`: the instructor's hand in one student's instance, or the same command in everybody's.
import type { Course } from '../../../infra/course/course.ts';
import { EVERYBODY } from '../../../infra/course/student-names.ts';
import { indent } from '../../../infra/report/words.ts';
import { usageError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { execInLab } from '../verbs/exec.ts';
import { inAccountInstance } from './account-terminal.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { standingRecord } from './standing-record.ts';
import { execTask } from './tasks/exec.ts';
import { doTask } from './tasks/task.ts';

/** @returns the command's own exit code; of several the first that is not 0 */
export async function courseExec(
  student: string,
  target: string,
  command: readonly string[],
  options: CourseOption & { readonly json?: boolean },
): Promise<number> {
  const course = await chooseCourse(options, `exec ${student} ${target}`);
  const students = chooseStudents(course, [student], false);
  if (student !== EVERYBODY && !options.json) return inInstance(course, student, target, command);
  if (command.length === 0)
    throw usageError(
      'say what to run, behind --',
      `npm run -s lab -- course exec ${student} ${target} -- ip route`,
    );
  const outcomes = await forStudents({
    course,
    students,
    done: 'are done',
    work: (one, signal) => doTask(execTask, course, one, { target, command }, signal),
  });
  if (options.json) printJson({ course: course.name, students: outcomeRows(outcomes) });
  else
    for (const outcome of outcomes) {
      if (!('value' in outcome)) continue;
      const { exitCode, stdout, stderr } = outcome.value.value;
      const code = exitCode === 0 ? '' : ` (exit code ${exitCode})`;
      const said = indent(`${stdout}${stderr}`.trimEnd(), 2).replaceAll(/^ +$/gm, '');
      process.stdout.write(`${outcome.student}${code}\n${said.trim() === '' ? '' : `${said}\n`}`);
    }
  refuseFailures(outcomes, 'could not be asked');
  const codes = outcomes.map((outcome) => ('value' in outcome ? outcome.value.value.exitCode : 0));
  return codes.find((code) => code !== 0) ?? EXIT.pass;
}

/** @param target @default the lab's first node */
export async function courseShell(
  student: string,
  target: string | undefined,
  options: CourseOption,
): Promise<number> {
  const course = await chooseCourse(options, `shell ${student}`);
  if (student === EVERYBODY) throw usageError('a shell is in one student’s instance');
  chooseStudents(course, [student], false);
  const host = target ?? course.lab.nodes[0]?.name ?? '';
  return inInstance(course, student, host, []);
}

/** Whatever else has the name of the stack is not entered. */
async function inInstance(course: Course, student: string, target: string, command: readonly string[]) {
  if (course.accounts) return inAccountInstance(course, student, target, command);
  const { stack } = await standingRecord(course, student);
  return execInLab(target, command, { stack });
}
