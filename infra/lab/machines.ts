// Every host of a lab that is not a pod: its nodes, then the router and the host behind it where there is an outside.
import type { LabNode, LabOutside } from './lab.ts';

/** A row of the table `nodes`. */
export interface Machine {
  readonly name: string;
  readonly role: LabNode['role'] | 'router' | 'outside';
  /** Of eth0, without prefix length. */
  readonly address: string;
  /** Empty where no pods are. */
  readonly podCIDR: string;
  /** Of a node of a dual-stack lab. */
  readonly address6?: string;
  readonly podCIDR6?: string;
}

/** Rows of {@link Machine} for the hosts that are no cluster nodes; none for a lab without an outside. */
export function outsideMachines({
  outside,
}: {
  readonly outside?: LabOutside | undefined;
}): readonly Machine[] {
  if (outside === undefined) return [];
  const { router, host } = outside;
  return [
    { name: router.name, role: 'router', address: router.address, podCIDR: '' },
    { name: host.name, role: 'outside', address: host.address, podCIDR: '' },
  ];
}

export function machines(lab: {
  readonly nodes: readonly LabNode[];
  readonly outside?: LabOutside | undefined;
}): readonly Machine[] {
  return [...lab.nodes, ...outsideMachines(lab)];
}
