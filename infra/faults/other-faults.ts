// Faults of addresses and of IPAM.
import path from 'node:path';
import { contains, formatAddress, gateway, hostCapacity, parseCidr } from '../lab/cidr.ts';
import type { Fault } from './fault.ts';
import { forgetNeighbour, on } from './steps.ts';

/** Stands where a container's ID would: no container has it. */
const GHOST = 'leaked';

export const otherFaults: readonly Fault[] = [
  {
    name: 'duplicate-address',
    title: 'Two pods of one bridge have the same address',
    symptom: 'Sometimes the one answers, sometimes the other.',
    breakage({ to, there, beside, bridge }) {
      if (!bridge || !beside) return undefined;
      const forget = forgetNeighbour(there.name, to.address);
      return {
        inject: [on(beside.name, 'ip', 'address', 'add', `${to.address}/32`, 'dev', 'eth0'), forget],
        repair: [on(beside.name, 'ip', 'address', 'flush', 'dev', 'eth0', 'to', `${to.address}/32`), forget],
        effect: 'ambiguous',
        culprit: { host: beside.name, subject: to.address, row: `${to.address}/32 dev eth0` },
      };
    },
  },
  {
    name: 'leases-leaked',
    title: 'Addresses were never given back, and the node’s range is full',
    symptom: 'Pods that run are well; the next one stays in ContainerCreating: no IP addresses available.',
    breakage({ from, here, hereState }) {
      const lease = hereState.leases.find(({ address }) => address === from.address);
      if (!lease) return undefined;
      const directory = path.posix.dirname(lease.path);
      const script = (body: string) => [
        'sh',
        '-ec',
        `cd "$1"; shift; for a in "$@"; do ${body}; done`,
        'leases',
      ];
      const free = freeAddresses(here.podCIDR, new Set(hereState.leases.map(({ address }) => address)));
      return {
        inject: [on(here.name, ...script(`printf '${GHOST}\\r\\neth0' > "$a"`), directory, ...free)],
        repair: [
          on(here.name, ...script(`if grep -qs '^${GHOST}' "$a"; then rm "$a"; fi`), directory, ...free),
        ],
        effect: 'no-address',
        culprit: {
          host: here.name,
          subject: 'leases',
          row: `${free.length} leases in ${directory} of no container`,
        },
      };
    },
  },
];

/** What host-local has left to give: neither network, gateway nor broadcast address, nor one that is taken. */
function freeAddresses(cidr: string, taken: ReadonlySet<string>): readonly string[] {
  const range = parseCidr(cidr);
  const first = gateway(range) + 1n;
  return Array.from({ length: Number(hostCapacity(range)) }, (_, i) => first + BigInt(i))
    .filter((address) => contains(range, address))
    .map((address) => formatAddress(address, range.family))
    .filter((address) => !taken.has(address));
}
