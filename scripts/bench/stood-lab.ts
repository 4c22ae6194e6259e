// A lab that stands without an engine having made it, on record like any other, so that commands can be run on it.
import type { Cluster } from '../../infra/backends/backend.ts';
import { netnsBackend as backend } from '../../infra/backends/netns/netns-backend.ts';
import { removeLab, standLab as stand } from '../../infra/course/stand-lab.ts';
import type { Lab } from '../../infra/lab/lab.ts';
import { loadLab } from '../../infra/lab/load.ts';
import { readRecord, type StackRecord } from '../../infra/state/stack-store.ts';
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
  const where = { stack, project: 'cnilab', backendUrl: `file://${place.directory}`, checkout: ROOT };
  const handle = await stand(backend, lab, { ...where, labFile: file, isolation: 'auto' }, { signal });
  const record = await readRecord(stack);
  if (!record) throw new Error(`nothing is on record for stack ${stack}`);
  return {
    ...{ lab, record, cluster: backend.connect(handle) },
    remove: async () => {
      await backend.disconnect(handle);
      await removeLab(backend, record);
    },
  };
}
