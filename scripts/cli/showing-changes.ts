// Something done in a lab, between two pictures of it, whose difference is told afterwards.
import type { Cluster } from '../../infra/backends/backend.ts';
import { snapshotChanges } from '../../infra/observe/changes/snapshot-changes.ts';
import { observeLab } from '../../infra/observe/observe-lab.ts';
import { changesText } from '../../infra/report/changes.ts';
import { recordedLab, type StackRecord } from '../../infra/state/stack-store.ts';

/** For one picture, ms. */
const OBSERVING_MS = 60_000;

/** Tells on standard error: standard output is that of the work. @returns what the work returns */
export async function showingChanges<T>(
  cluster: Cluster,
  record: StackRecord,
  work: () => Promise<T>,
): Promise<T> {
  const picture = () =>
    observeLab(cluster, recordedLab(record), { signal: AbortSignal.timeout(OBSERVING_MS) });
  const before = await picture();
  const result = await work();
  const changes = snapshotChanges(before, await picture());
  process.stderr.write(`\n${changesText(changes)}\n`);
  return result;
}
