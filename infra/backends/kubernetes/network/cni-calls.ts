// Every recorded plugin call of a cluster.

import type { CniCall } from '../../../cni/call.ts';
import type { LabNode } from '../../../lab/lab.ts';
import type { Host } from '../../host.ts';
import { readCalls } from './read-calls.ts';

/** Oldest first, by each node's own clock; one command a node. @throws HostError */
export async function cniCalls(
  nodes: readonly Pick<LabNode, 'name'>[],
  host: (node: string) => Host,
): Promise<readonly CniCall[]> {
  const calls = await Promise.all(nodes.map(({ name }) => readCalls(host(name), name)));
  return calls.flat().toSorted((a, b) => Number(a.startedNs - b.startedNs));
}
