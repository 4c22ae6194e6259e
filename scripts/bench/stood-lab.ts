// A lab that stands without an engine having made it, on record like any other, so that commands can be run on it.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Cluster } from '../../infra/backends/backend.ts';
import { netnsBackend as backend } from '../../infra/backends/netns/netns-backend.ts';
import type { Lab } from '../../infra/lab/lab.ts';
import { loadLab } from '../../infra/lab/load.ts';
import { readRecord, removeStack, type StackRecord, writeRecord } from '../../infra/state/stack-store.ts';
import { ROOT } from '../cli/project.ts';
import type { Place } from './private-place.ts';

export interface StoodLab {
  readonly lab: Lab;
  readonly record: StackRecord;
  readonly cluster: Cluster;
  remove(): Promise<void>;
}

/** @param file of the lab @param signal stops it; what stands by then is on record */
export async function standLab(file: string, place: Place, signal: AbortSignal): Promise<StoodLab> {
  const lab = await loadLab(file);
  const stack = place.stack(lab.name);
  const { nodes, network, underlay, workloads, outside } = lab;
  const op = { signal };
  const isolation = 'auto';
  const spec = { stack, lab: lab.name, isolation, underlay, nodes, ...(outside && { outside }) } as const;
  const handle = await backend.createCluster(
    spec,
    (made) => writeFile(path.join(place.handles, `${made.id}.json`), JSON.stringify(made)),
    op,
  );
  await backend.applyNetwork(handle, nodes, network, op);
  await Promise.all(workloads.map(({ name, pods }) => backend.applyWorkload(handle, name, pods, op)));
  await writeRecord({
    ...{ stack, project: 'cnilab', backendUrl: `file://${place.directory}`, checkout: ROOT },
    ...{ lab: lab.name, labFile: file, backend: 'netns', handle, definition: lab },
    ...{ status: 'ready', createdAt: new Date().toISOString() },
  });
  const record = await readRecord(stack);
  if (!record) throw new Error(`nothing is on record for stack ${stack}`);
  return {
    ...{ lab, record, cluster: backend.connect(handle) },
    remove: async () => {
      await backend.disconnect(handle);
      await backend.deleteCluster(handle, op);
      await removeStack(stack);
    },
  };
}
