// One student's instance of the lab: how it stands, made where it does not, and made anew.
import type { Backend, Operation } from '../backends/backend.ts';
import { readRecord, removeStack, type StackRecord } from '../state/stack-store.ts';
import { type Course, courseUrl, instanceStack } from './course.ts';
import { removeLab, standLab } from './stand-lab.ts';

/** `unfinished`: its making was cut short. `dead`: its processes are gone, as after a reboot. */
export type InstanceState = 'up' | 'dead' | 'unfinished' | 'absent';

/** The stack's name is taken by what is no instance of this course. */
export class TakenStack extends Error {
  override readonly name = 'NotUsable';
}

/** Cheap: no process is started. @throws TakenStack */
export async function instanceOf(
  backend: Backend,
  course: Pick<Course, 'name'>,
  student: string,
): Promise<{ readonly state: InstanceState; readonly record?: StackRecord }> {
  const stack = instanceStack(course.name, student);
  const record = await readRecord(stack);
  if (!record) return { state: 'absent' };
  if (record.course !== course.name)
    throw new TakenStack(
      `stack "${stack}", which would be ${student}'s, holds a lab that is not of this course: npm run down -- --stack ${stack}`,
    );
  if (!(await backend.isAlive(record.handle))) return { state: 'dead', record };
  return { state: record.status === 'ready' ? 'up' : 'unfinished', record };
}

/** Leaves an instance that stands alone. @returns whether it had to be made @throws TakenStack, or why it cannot be made */
export async function ensureInstance(
  backend: Backend,
  course: Course,
  student: string,
  op: Operation,
): Promise<boolean> {
  const { state } = await instanceOf(backend, course, student);
  if (state === 'up') return false;
  await renewInstance(backend, course, student, op);
  return true;
}

/** From the lab as the course was made with, whatever stands now. Results of the old one go with it. */
export async function renewInstance(
  backend: Backend,
  course: Course,
  student: string,
  op: Operation,
): Promise<void> {
  await removeInstance(backend, course, student);
  op.signal.throwIfAborted();
  const { name, lab, labFile, checkout, isolation } = course;
  const place = { stack: instanceStack(name, student), project: 'cnilab', backendUrl: courseUrl(name) };
  await standLab(backend, lab, { ...place, course: name, labFile, checkout, isolation }, op);
}

/** Idempotent. @returns whether there was one @throws TakenStack */
export async function removeInstance(
  backend: Backend,
  course: Pick<Course, 'name'>,
  student: string,
): Promise<boolean> {
  const { record } = await instanceOf(backend, course, student);
  if (record) await removeLab(backend, record);
  else await removeStack(instanceStack(course.name, student));
  return record !== undefined;
}
