// A whole lab made by its backend alone, on record like any other, and taken away again: no Pulumi engine has a part in it.
import type { Backend, ClusterHandle, Operation } from '../backends/backend.ts';
import type { Lab } from '../lab/lab.ts';
import { removeStack, type StackRecord, writeRecord } from '../state/stack-store.ts';

/** Where it is to stand, and whose it is. */
export interface LabPlace
  extends Pick<StackRecord, 'stack' | 'project' | 'backendUrl' | 'course' | 'labFile' | 'checkout'> {
  readonly isolation: 'auto' | 'rootless' | 'root';
}

/**
 * What cannot be finished is taken away again, as far as that is possible; else it stays on record as `creating`.
 * @throws what kept the backend from making it
 */
export async function standLab(
  backend: Backend,
  lab: Lab,
  { isolation, ...place }: LabPlace,
  op: Operation,
): Promise<ClusterHandle> {
  const { nodes, network, underlay, workloads, outside } = lab;
  const spec = { stack: place.stack, lab: lab.name, isolation, underlay, nodes, ...(outside && { outside }) };
  const record = {
    ...place,
    ...{ lab: lab.name, backend: backend.name, definition: lab, createdAt: new Date().toISOString() },
  };
  let made: ClusterHandle | undefined;
  try {
    const handle = await backend.createCluster(
      spec,
      async (early) => {
        made = early;
        await writeRecord({ ...record, handle: early, status: 'creating' });
      },
      op,
    );
    await backend.applyNetwork(handle, nodes, network, op);
    op.signal.throwIfAborted();
    // All have ended, however: what is still being made must not outlive the lab that is taken away for one that failed.
    const applied = await Promise.allSettled(
      workloads.map(({ name, pods }) => backend.applyWorkload(handle, name, pods, op)),
    );
    for (const one of applied) if (one.status === 'rejected') throw one.reason;
    op.signal.throwIfAborted();
    await writeRecord({ ...record, handle, status: 'ready' });
    return handle;
  } catch (error) {
    const handle = made;
    if (handle) await removeLab(backend, { stack: place.stack, handle }).catch(() => undefined);
    throw error;
  } finally {
    // Resident processes are for who works in the lab: one that only stands needs none.
    if (made) await backend.disconnect(made);
  }
}

/** Idempotent; resolves when nothing is left of it, its results included. It is not interrupted half-way. */
export async function removeLab(
  backend: Backend,
  { stack, handle }: Pick<StackRecord, 'stack' | 'handle'>,
): Promise<void> {
  await backend.deleteCluster(handle, { signal: new AbortController().signal });
  await removeStack(stack);
}
