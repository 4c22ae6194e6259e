// All that predictions are made from: nodes, pods, and what lies between the nodes.
import type { Cluster, PodStatus } from '../backends/backend.ts';
import type { Host } from '../backends/host.ts';
import type { Lab } from '../lab/lab.ts';
import { machines } from '../lab/machines.ts';
import { observeBeyond, type Suspects, suspectBeyond } from './observe-beyond.ts';
import type { ObserveLabOptions } from './observe-host.ts';
import { observeLab } from './observe-lab.ts';
import type { HostSnapshot, LabSnapshot } from './snapshot.ts';

export interface PathState {
  /** With `forwarding` in every host. */
  readonly lab: LabSnapshot;
  /** By name: hosts that are neither node nor pod. */
  readonly beyond: Readonly<Record<string, HostSnapshot>>;
}

/**
 * Pods in their node's own network are left out: they are the node, and two hosts with its interfaces would be a riddle.
 * @throws as `observeLab` does
 */
export async function observePaths(
  cluster: Cluster,
  lab: Lab,
  options: Omit<ObserveLabOptions, 'forwarding'> = {},
): Promise<PathState> {
  const standing = await cluster.pods();
  const inNode = new Set(standing.flatMap((pod) => (pod.hostNetwork ? [pod.name] : [])));
  const pods = (name: string) => !inNode.has(name) && (options.pods?.(name) ?? true);
  const read = { ...options, pods, forwarding: true };
  // Beside the nodes, not after them: a reading takes longer than all that is done with it.
  const [all, suspects] = await Promise.all([
    observeLab(cluster, lab, read),
    suspected(cluster, lab, standing, read),
  ]);
  const nodes = hostsOf(cluster, machines(lab));
  const snapshot = { ...all, pods: all.pods.filter(({ name }) => !inNode.has(name)) };
  const known = snapshot.pods.map(({ netns }) => netns);
  return { lab: snapshot, beyond: await observeBeyond(nodes, snapshot.hosts, read, known, suspects) };
}

/** Routers and hosts outside the cluster lead nowhere that no node leads to. */
async function suspected(
  cluster: Cluster,
  lab: Lab,
  pods: readonly PodStatus[],
  options: ObserveLabOptions,
): Promise<Suspects> {
  const known = [...(await cluster.nodes()), ...pods].map(({ pid }) => pid);
  return suspectBeyond(hostsOf(cluster, lab.nodes), known, options);
}

function hostsOf(cluster: Cluster, members: readonly { readonly name: string }[]): Map<string, Host> {
  return new Map(members.map(({ name }) => [name, cluster.host(name)]));
}
