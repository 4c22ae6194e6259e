// What no packet shows, or not reliably: two hosts with one address, an address without its route, leases that no container has.
import type { AddressRow } from '../observe/snapshot.ts';
import type { Cause } from './finding.ts';
import type { View } from './view.ts';

/** A cause that explains whatever goes wrong to and from an address. */
export interface AddressCause extends Cause {
  readonly address: string;
}

/** Of those that have the address of a pod or node, the one that it was not given to is to blame. */
export function duplicateAddresses(view: View): readonly AddressCause[] {
  const { pods, nodes, hosts } = view.lab;
  const given = [
    ...pods.map(({ name, address }) => ({ name, address, what: 'pod' })),
    ...nodes.map(({ name, address }) => ({ name, address, what: 'node' })),
  ];
  return given.flatMap(({ name, address, what }) =>
    Object.keys(hosts)
      .filter((host) => host !== name && view.has(host, address) && !sameNetns(view, host, name))
      .map((host) => ({
        address,
        host,
        table: 'addresses' as const,
        subject: address,
        words: `${address} is the address of ${what} ${name}, and ${host} has it as well`,
      })),
  );
}

/** As a pod in the network of its node. */
function sameNetns(view: View, one: string, other: string): boolean {
  const netns = view.state(one)?.netns;
  return netns !== undefined && netns === view.state(other)?.netns;
}

/** Addresses that are on an interface, and that the host does not take for its own. */
export function missingLocalRoutes(view: View): readonly AddressCause[] {
  return Object.entries(view.lab.hosts).flatMap(([host, { forwarding }]) => {
    const local = forwarding?.routes.filter(({ type }) => type === 'local') ?? [];
    const own = new Set(local.map(({ dst }) => dst));
    return (forwarding?.addresses ?? [])
      .filter(({ address }) => !own.has(address))
      .map((row) => ({ address: row.address, ...noLocalRoute(host, row) }));
  });
}

/** The kernel makes that route with the address, even on an interface that is down (fib_add_ifaddr(), fib_frontend.c). */
export function noLocalRoute(host: string, { address, dev }: Pick<AddressRow, 'address' | 'dev'>): Cause {
  return {
    host,
    table: 'routes',
    subject: `route local ${address}`,
    words: `${address} is on ${dev}, and table local has no route to it: ${host} does not take it for its own`,
  };
}

/**
 * Leases that no CNI attachment has: the next pods find the range shorter, and in the end empty. Pods that are not the
 * lab's are attachments, too, which the runtime's result cache has.
 */
export function leakedLeases({ lab }: View): readonly Cause[] {
  const containers = new Set(lab.attachments.map(({ containerId }) => containerId));
  return lab.nodes.flatMap(({ name, podCIDR }) => {
    const { leases = [], cniCache = [] } = lab.hosts[name] ?? {};
    const isAttached = (id: string) =>
      containers.has(id) || cniCache.some((entry) => entry.includes(`-${id}-`));
    const leaked = leases.filter(({ containerId }) => !isAttached(containerId));
    if (leaked.length === 0) return [];
    const [first] = leaked;
    const words = `${leaked.length} of the addresses of ${podCIDR} are leased to containers that there are none of, such as ${first?.address}`;
    return [{ host: name, table: 'leases' as const, subject: 'leases', words }];
  });
}
