// Whom the words of a mesh mean: all pods, all nodes, or hosts and workloads by name.
import type { Lab } from '../../lab/lab.ts';
import { outsideMachines } from '../../lab/machines.ts';
import type { Member } from './pairs.ts';

/** As in a lab file: all of a kind, or names of pods, nodes, hosts outside, and workloads, which stand for their pods. */
export type Named = 'pods' | 'nodes' | readonly string[];

/** Each once, in the order in which they are named. A name that means nobody is left out: reading the lab has refused it. */
export function meshMembers(
  { nodes, workloads, ...rest }: Pick<Lab, 'nodes' | 'workloads' | 'outside'>,
  named: Named,
): readonly Member[] {
  const pods = workloads.flatMap((workload) => workload.pods);
  if (named === 'pods') return pods.map(ofPod);
  if (named === 'nodes') return nodes.map(ofMachine);
  const hosts = new Map(
    [...[...nodes, ...outsideMachines(rest)].map(ofMachine), ...pods.map(ofPod)].map((member) => [
      member.name,
      member,
    ]),
  );
  const found = named.flatMap((name) => {
    const host = hosts.get(name);
    return host ? [host] : (workloads.find((workload) => workload.name === name)?.pods.map(ofPod) ?? []);
  });
  return [...new Map(found.map((member) => [member.name, member])).values()];
}

const ofPod = ({ name, node }: Member): Member => ({ name, node });
const ofMachine = ({ name }: { readonly name: string }): Member => ({ name, node: name });
