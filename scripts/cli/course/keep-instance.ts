// One instance's state, kept as a checkpoint, and brought back: whole, or not at all.
import { loadBackend } from '../../../infra/backends/registry.ts';
import { type Checkpoint, readFresh, writeStage } from '../../../infra/course/checkpoint/checkpoint.ts';
import { observeState } from '../../../infra/course/checkpoint/observe-state.ts';
import { planRestore } from '../../../infra/course/checkpoint/restore-script.ts';
import { restoreState } from '../../../infra/course/checkpoint/restore-state.ts';
import { changeLines } from '../../../infra/course/checkpoint/state-changes.ts';
import { COURSE_BACKEND, type Course } from '../../../infra/course/course.ts';
import { renewInstance } from '../../../infra/course/instance.ts';
import { injectedFaults } from '../../../infra/faults/injected.ts';
import type { StackRecord } from '../../../infra/state/stack-store.ts';
import { CliError, environmentError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';
import { bringIn, plansFor } from '../verbs/fault.ts';
import { standingRecord } from './standing-record.ts';

/** @throws CliError with the rows that could not be restored */
export async function checkpointOf(
  course: Course,
  name: string,
  student: string,
  record: StackRecord,
  signal: AbortSignal,
): Promise<Checkpoint> {
  const backend = await loadBackend(COURSE_BACKEND);
  const faults = (await injectedFaults(record)).map((fault) => {
    return { name: fault.name, host: fault.culprit.host, ...(fault.unnamed && { unnamed: fault.unnamed }) };
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

/**
 * Anew, the faults brought in, the rest row by row; then looked at.
 * @throws CliError with what would not be as it was saved. The instance is as new then, unless it was told to stop
 */
export async function restoreInstance(
  course: Course,
  student: string,
  checkpoint: Checkpoint,
  signal: AbortSignal,
): Promise<void> {
  const backend = await loadBackend(COURSE_BACKEND);
  await renewInstance(backend, course, student, { signal });
  const record = await standingRecord(course, student);
  try {
    await bringBack(course, record, checkpoint, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    await renewInstance(backend, course, student, { signal });
    const why = `${(error as Error).message}\nthe instance is as new instead`;
    throw new CliError(why, [], EXIT.environment, { cause: error });
  }
  await writeStage(record, { checkpoint: checkpoint.name, student: checkpoint.student });
}

/** @throws CliError with what would not be as it was saved */
async function bringBack(
  course: Course,
  record: StackRecord,
  { faults, state }: Checkpoint,
  signal: AbortSignal,
): Promise<void> {
  const differing = await withCluster(record, async (cluster) => {
    for (const { name, host, unnamed } of faults) {
      const plan = (await plansFor(cluster, record)).get(name);
      if (plan?.culprit.host !== host)
        throw environmentError(`the lab has nothing on ${host} that could break by fault "${name}"`);
      await bringIn(cluster, record, name, plan, await injectedFaults(record), unnamed);
    }
    return restoreState(cluster, course.lab, state, signal);
  });
  if (differing.length > 0)
    throw environmentError(
      `what would not be as it was saved:\n${differing.map((row) => `  ${row}`).join('\n')}`,
    );
}
