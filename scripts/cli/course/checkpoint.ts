// `course checkpoint`: keeps how instances stand, and brings instances to where they, or one of them, stood.
import {
  listCheckpoints,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from '../../../infra/course/checkpoint/checkpoint.ts';
import { checkpointSource } from '../../../infra/course/checkpoint/checkpoint-source.ts';
import type { Course } from '../../../infra/course/course.ts';
import { nameProblem } from '../../../infra/course/student-names.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import { renderTable } from '../../../infra/report/table.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { unknownName } from '../unknown-name.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { restoreTask } from './tasks/restore.ts';
import { saveTask } from './tasks/save.ts';
import { doTask } from './tasks/task.ts';

interface Options extends CourseOption {
  readonly all?: boolean;
  readonly json?: boolean;
}

export async function saveCheckpoint(
  name: string,
  names: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const problem = nameProblem(name);
  if (problem !== undefined) throw usageError(`"${name}" cannot be the name of a checkpoint: ${problem}`);
  const course = await chooseCourse(options, `checkpoint save ${name}`);
  const students = chooseStudents(course, names, options.all);
  const outcomes = await forStudents({
    course,
    students,
    done: 'are saved',
    work: async (student, signal) => {
      const checkpoint = await doTask(saveTask, course, student, { checkpoint: name }, signal);
      // Whose it is and where it goes is not for an account to say.
      if (course.accounts) await writeCheckpoint(course.name, { ...checkpoint, name, student });
      return { checkpoint: name };
    },
    line: () => `✓ <student>  saved as ${name}`,
  });
  if (options.json) printJson({ course: course.name, students: outcomeRows(outcomes) });
  refuseFailures(outcomes, 'could not be saved');
  return EXIT.pass;
}

export async function restoreCheckpoint(
  name: string,
  names: readonly string[],
  options: Options & { readonly from?: string },
): Promise<ExitCode> {
  const course = await chooseCourse(options, `checkpoint restore ${name}`);
  const students = chooseStudents(course, names, options.all);
  const source = await sourceOf(course, name, students, options.from);
  const outcomes = await forStudents({
    course,
    students,
    done: 'are restored',
    work: async (student, signal) => {
      const from = source(student);
      const checkpoint = await readCheckpoint(course.name, name, from);
      if (!checkpoint) throw usageError(`checkpoint ${name} has nothing of ${from}`);
      await doTask(restoreTask, course, student, { checkpoint }, signal);
      return { checkpoint: name, from };
    },
    line: ({ from }) => `✓ <student>  as ${from} was at ${name}`,
  });
  if (options.json) printJson({ course: course.name, students: outcomeRows(outcomes) });
  refuseFailures(
    outcomes,
    'could not be restored',
    `npm run -s lab -- course status --course ${course.name}   shows how they stand`,
  );
  return EXIT.pass;
}

/** Everybody's own state, where the checkpoint has it; that of the only one, where it has one only. @throws CliError */
async function sourceOf(
  course: Course,
  name: string,
  students: readonly string[],
  from: string | undefined,
): Promise<(student: string) => string> {
  const all = await listCheckpoints(course.name);
  const found = all.find((one) => one.name === name);
  if (!found)
    throw unknownName(
      `course ${course.name} has no checkpoint "${name}"`,
      name,
      all,
      'checkpoints',
      `npm run -s lab -- course checkpoint save ${name} <student>   makes one`,
    );
  if (from !== undefined && !found.students.includes(from))
    throw unknownName(`checkpoint ${name} has nothing of "${from}"`, from, found.students, 'students');
  // What one account made is run in another's instance only where it has been named.
  const own = (student: string) => (found.students.includes(student) ? student : undefined);
  const source = (student: string) =>
    course.accounts && from === undefined ? own(student) : checkpointSource(found, student, from);
  const without = students.filter((student) => source(student) === undefined);
  if (without.length > 0)
    throw usageError(
      `checkpoint ${name} has nothing of ${without.join(', ')}`,
      `--from <student>   takes another's: ${found.students.join(', ')}`,
    );
  return (student) => source(student) ?? student;
}

export async function showCheckpoints(options: Options): Promise<ExitCode> {
  const course = await chooseCourse(options, 'checkpoint list');
  const all = await listCheckpoints(course.name);
  if (options.json) printJson({ course: course.name, checkpoints: all });
  else if (all.length === 0) process.stdout.write(`Course ${course.name} has no checkpoint.\n`);
  else {
    const whose = (students: readonly string[]) =>
      students.length === course.students.length ? 'everybody' : students.join(' ');
    const rows = all.map(({ name, students }) => [name, whose(students)]);
    const { width } = terminalOf(process.stdout);
    process.stdout.write(`${renderTable(['CHECKPOINT', 'OF'], rows, { width })}\n`);
  }
  return EXIT.pass;
}

export async function forgetCheckpoint(name: string, options: Options): Promise<ExitCode> {
  const course = await chooseCourse(options, `checkpoint remove ${name}`);
  const all = await listCheckpoints(course.name);
  if (!all.some((one) => one.name === name))
    throw unknownName(`course ${course.name} has no checkpoint "${name}"`, name, all, 'checkpoints');
  await removeCheckpoint(course.name, name);
  if (options.json) printJson({ course: course.name, removed: name });
  else process.stdout.write(`Checkpoint ${name} is gone; instances stay as they are.\n`);
  return EXIT.pass;
}
