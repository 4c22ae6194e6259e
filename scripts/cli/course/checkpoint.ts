// `course checkpoint`: keeps how an instance stands, and brings instances to where one stood.

import { loadBackend } from '../../../infra/backends/registry.ts';
import {
  type Checkpoint,
  listCheckpoints,
  readCheckpoint,
  readFresh,
  removeCheckpoint,
  writeCheckpoint,
  writeStage,
} from '../../../infra/course/checkpoint/checkpoint.ts';
import { observeState } from '../../../infra/course/checkpoint/observe-state.ts';
import { planRestore } from '../../../infra/course/checkpoint/restore-script.ts';
import { restoreState } from '../../../infra/course/checkpoint/restore-state.ts';
import { changeLines } from '../../../infra/course/checkpoint/state-changes.ts';
import { COURSE_BACKEND, type Course } from '../../../infra/course/course.ts';
import { renewInstance } from '../../../infra/course/instance.ts';
import { nameProblem } from '../../../infra/course/student-names.ts';
import { injectedFaults } from '../../../infra/faults/injected.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import { renderTable } from '../../../infra/report/table.ts';
import type { StackRecord } from '../../../infra/state/stack-store.ts';
import { environmentError, usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';
import { unknownName } from '../unknown-name.ts';
import { bringIn, plansFor } from '../verbs/fault.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { standing } from './exec.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';

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
      const record = await standing(course, student);
      const checkpoint = await picture(course, name, student, record, signal);
      await writeCheckpoint(course.name, checkpoint);
      await writeStage(record, { checkpoint: name, student });
      return { checkpoint: name };
    },
    line: () => `✓ <student>  saved as ${name}`,
  });
  if (options.json) printJson({ course: course.name, students: outcomeRows(outcomes) });
  refuseFailures(outcomes, 'could not be saved');
  return EXIT.pass;
}

/** @throws CliError with the rows that could not be restored */
async function picture(
  course: Course,
  name: string,
  student: string,
  record: StackRecord,
  signal: AbortSignal,
): Promise<Checkpoint> {
  const backend = await loadBackend(COURSE_BACKEND);
  const faults = (await injectedFaults(record)).map((fault) => {
    return { name: fault.name, host: fault.culprit.host };
  });
  const fresh = await readFresh(course.name);
  return withCluster(record, async (cluster) => {
    const dead = await backend.deadPods(record.handle, await cluster.pods());
    if (dead.length > 0)
      throw environmentError(`pods are dead, which a checkpoint does not bring back: ${dead.join(', ')}`);
    const { state, symbols } = await observeState(cluster, course.lab, signal);
    // What a fault did is brought back by the fault; whether that is all of it, restoring tells.
    const beyond = fresh && faults.length === 0 ? planRestore(fresh, state).beyond : [];
    if (beyond.length > 0)
      throw environmentError(
        `no command would bring this back:\n${changeLines(beyond)
          .map((line) => `  ${symbols.named(line)}`)
          .join('\n')}`,
      );
    return { name, student, savedAt: new Date().toISOString(), faults, state };
  });
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
      await restore(course, student, checkpoint, signal);
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

/** Anew, the faults brought in, the rest row by row; then looked at. What is not as it was saved is told, and made anew. */
async function restore(
  course: Course,
  student: string,
  { name, student: from, faults, state }: Checkpoint,
  signal: AbortSignal,
): Promise<void> {
  const backend = await loadBackend(COURSE_BACKEND);
  await renewInstance(backend, course, student, { signal });
  const record = await standing(course, student);
  const differing = await withCluster(record, async (cluster) => {
    for (const { name: fault, host } of faults) {
      const plan = (await plansFor(cluster, record)).get(fault);
      if (plan?.culprit.host !== host)
        throw environmentError(`the lab has nothing on ${host} that could break by fault "${fault}"`);
      await bringIn(cluster, record, fault, plan, await injectedFaults(record));
    }
    return restoreState(cluster, course.lab, state, signal);
  });
  if (differing.length === 0) return writeStage(record, { checkpoint: name, student: from });
  await renewInstance(backend, course, student, { signal });
  throw environmentError(
    `what would not be as it was saved:\n${differing.map((row) => `  ${row}`).join('\n')}\nthe instance is as new instead`,
  );
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
  const [only] = found.students;
  const source = (student: string) =>
    from ?? (found.students.includes(student) ? student : found.students.length === 1 ? only : undefined);
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
