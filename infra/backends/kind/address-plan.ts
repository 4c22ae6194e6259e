// Which address each of kind's containers gets: the lab's for its nodes, one that is nobody's for a load balancer.

import { contains, formatAddress, gateway, lastHost, parseAddress, parseCidr } from '../../lab/cidr.ts';
import type { LabNode } from '../../lab/lab.ts';
import type { ClusterSpec } from '../backend.ts';
import { CLUSTER_LABEL, factsNodes, type KindFacts } from './kind-facts.ts';
import { loadBalancerName, type NodeRole } from './node-names.ts';

/** Flags for the runtime's `run`, by the container's name. All are single words without blanks. */
export type RunFlags = Readonly<Record<string, readonly string[]>>;

/** @throws when the nodes' network has no address left for the load balancer */
export function planRunFlags(spec: Pick<ClusterSpec, 'nodes' | 'underlay'>, facts: KindFacts): RunFlags {
  const flagsOf = (address: string, address6: string | undefined) => [
    ...['--label', `${CLUSTER_LABEL}=${facts.id}`],
    ...['--ip', address],
    ...(address6 === undefined ? [] : ['--ip6', address6]),
  ];
  const names = factsNodes(facts);
  const nodes = spec.nodes.map(({ address, address6 }, i) => [names[i], flagsOf(address, address6)] as const);
  const balancer = loadBalancerName(facts.cluster, facts.roles.split(' ') as NodeRole[]);
  if (balancer === undefined) return Object.fromEntries(nodes);
  const { cidr, cidr6 } = spec.underlay;
  const address6 = cidr6 === undefined ? undefined : spareAddress(cidr6, spec.nodes, 'address6');
  return Object.fromEntries([
    ...nodes,
    [balancer, flagsOf(spareAddress(cidr, spec.nodes, 'address'), address6)],
  ]);
}

/** The last host's address that no node has: far from those that a lab numbers upwards. */
function spareAddress(cidr: string, nodes: readonly LabNode[], key: 'address' | 'address6'): string {
  const range = parseCidr(cidr);
  const taken = new Set(nodes.flatMap(({ [key]: address }) => (address ? [parseAddress(address)] : [])));
  let address = lastHost(range);
  while (taken.has(address)) address -= 1n;
  if (!contains(range, address) || address <= gateway(range))
    throw new Error(
      `the nodes' network ${cidr} has no address left for the load balancer that kind puts before several control planes\nuse a shorter prefix for cluster.underlay`,
    );
  return formatAddress(address, range.family);
}
