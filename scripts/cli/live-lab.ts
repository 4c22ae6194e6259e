// A lab that is up, to work on: its backend loaded, its liveness checked, its connection closed afterwards.
import type { Cluster } from '../../infra/backends/backend.ts';
import { loadBackend } from '../../infra/backends/registry.ts';
import type { StackRecord } from '../../infra/state/stack-store.ts';
import { environmentError } from './cli-error.ts';
import { standsUpAgain } from './mending.ts';

/** @throws CliError when the lab's processes are gone, saying how to build it again or to clear it away */
export async function withCluster<T>(
  record: StackRecord,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const backend = await loadBackend(record.backend);
  if (!(await backend.isAlive(record.handle))) {
    const { stack } = record;
    throw environmentError(
      `the lab under stack "${stack}" is dead: its processes are gone, as after a reboot`,
      `${standsUpAgain(record)}   builds it again`,
      `npm run down -- --stack ${stack}   clears it away`,
    );
  }
  try {
    return await work(backend.connect(record.handle));
  } finally {
    await backend.disconnect(record.handle);
  }
}
