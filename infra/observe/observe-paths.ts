// All that predictions are made from: nodes, pods, and what lies between the nodes.
import type { Cluster } from '../backends/backend.ts';
import type { Lab } from '../lab/lab.ts';
import { observeBeyond } from './observe-beyond.ts';
import type { ObserveLabOptions } from './observe-host.ts';
import { observeLab } from './observe-lab.ts';
import type { HostSnapshot, LabSnapshot } from './snapshot.ts';

export interface PathState {
  /** With `forwarding` in every host. */
  readonly lab: LabSnapshot;
  /** By name: hosts that are neither node nor pod. */
  readonly beyond: Readonly<Record<string, HostSnapshot>>;
}

/** @throws as `observeLab` does */
export async function observePaths(
  cluster: Cluster,
  lab: Lab,
  options: Omit<ObserveLabOptions, 'forwarding'> = {},
): Promise<PathState> {
  const read = { ...options, forwarding: true };
  const snapshot = await observeLab(cluster, lab, read);
  const nodes = new Map(snapshot.nodes.map(({ name }) => [name, cluster.host(name)]));
  const pods = snapshot.pods.map(({ netns }) => netns);
  return { lab: snapshot, beyond: await observeBeyond(nodes, snapshot.hosts, read, pods) };
}
