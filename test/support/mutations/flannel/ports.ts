// Ways to break what cni0 and the pods at it do, and mutations as rows.
import { live, together } from '../breaks.ts';
import type { Beside, Broken, Live, Mutation } from '../mutation.ts';

export type Row = readonly [
  breaks: string,
  fails: readonly string[],
  broken: Broken,
  beside?: Readonly<Record<string, Beside>>,
];

export function mutationsOf(experiment: string, rows: readonly Row[]): readonly Mutation[] {
  return rows.map(([breaks, fails, broken, beside]) => ({
    ...{ breaks, experiment, fails, broken },
    ...(beside && { beside }),
  }));
}

export const NODE = 'k3s-server';

/** A flag of a pod's port. */
export function port(pod: string, flag: string, value: 'on' | 'off'): Live {
  const set = (to: string) => `bridge link set dev \${${pod}.hostVeth} ${flag} ${to}`;
  return live(NODE, set(value), set(value === 'on' ? 'off' : 'on'));
}
/** Nothing is learned at its port, and what was learned is forgotten. */
export const unlearned = (pod: string): Live =>
  together(port(pod, 'learning', 'off'), live(NODE, 'ip link set cni0 type bridge fdb_flush', 'true'));
/** The entry that would be learned is there for good. */
export const fixed = (pod: string): Live =>
  live(
    NODE,
    `bridge fdb replace \${${pod}.mac} dev \${${pod}.hostVeth} master static`,
    `bridge fdb del \${${pod}.mac} dev \${${pod}.hostVeth} master; true`,
  );
export const known = (at: string, of: string): Live =>
  live(
    at,
    `ip neigh replace \${${of}.address} lladdr \${${of}.mac} dev eth0 nud permanent`,
    `ip neigh del \${${of}.address} dev eth0`,
  );
export const otherMac = (pod: string): Live =>
  live(pod, 'ip link set eth0 address 02:00:00:00:00:99', `ip link set eth0 address \${${pod}.mac}`);
/** It has that pod's address, too. */
export const claims = (pod: string, of: string): Live =>
  live(pod, `ip address add \${${of}.address}/32 dev lo`, `ip address del \${${of}.address}/32 dev lo`);
export const viaGateway = (pod: string, to: string): Live =>
  live(pod, `ip route add \${${to}.address} via 10.42.0.1`, `ip route del \${${to}.address}`);
