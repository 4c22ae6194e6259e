// What no packet shows, or not reliably: two hosts with one address, leases that no container has.
import type { Cause } from './finding.ts';
import type { View } from './view.ts';

/** Of those that have an address, the one that CNI did not give it to is to blame. */
export function duplicateAddresses(view: View): readonly Cause[] {
  const { pods, hosts } = view.lab;
  return pods.flatMap(({ name, address }) =>
    Object.keys(hosts)
      .filter((host) => host !== name && view.has(host, address))
      .map((host) => ({
        host,
        table: 'addresses' as const,
        subject: address,
        words: `${address} is the address of pod ${name}, and ${host} has it as well`,
      })),
  );
}

/** Leases that no CNI attachment has: the next pods find the range shorter, and in the end empty. */
export function leakedLeases({ lab }: View): readonly Cause[] {
  const containers = new Set(lab.attachments.map(({ containerId }) => containerId));
  return lab.nodes.flatMap(({ name, podCIDR }) => {
    const leaked = lab.hosts[name]?.leases.filter(({ containerId }) => !containers.has(containerId)) ?? [];
    if (leaked.length === 0) return [];
    const [first] = leaked;
    const words = `${leaked.length} of the addresses of ${podCIDR} are leased to containers that there are none of, such as ${first?.address}`;
    return [{ host: name, table: 'leases' as const, subject: 'leases', words }];
  });
}
