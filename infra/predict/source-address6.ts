// Which of a host's IPv6 addresses a packet is sent from. Source of the rules: RFC 6724, section 5, as
// ipv6_dev_get_saddr() and ipv6_get_saddr_eval(), net/ipv6/addrconf.c, have them. Labels are the standard ones.
import type { LookupAddress } from '../observe/forwarding-state.ts';
import { commonBits, inPrefix6, isLinkLocal6, isLoopback6, isMulticast6 } from './ipv6.ts';
import type { Kernel } from './kernel.ts';

/** Scopes of RFC 4291, section 2.7; of a unicast address that is not link-local it is the global one. */
const [LINK, SITE, GLOBAL] = [2, 5, 14];

function scopeOf(address: string): number {
  if (isMulticast6(address)) return Number.parseInt(address.charAt(3), 16);
  // RFC 6724, section 3.4: loopback counts as link-local.
  if (isLoopback6(address) || isLinkLocal6(address)) return LINK;
  return inPrefix6(address, 'fec0::/10') ? SITE : GLOBAL;
}

/** The table that every kernel starts with (ip6_addrlbl_init_table); the longest prefix counts. */
const LABELS: readonly (readonly [prefix: string, label: number])[] = [
  ['::1/128', 0],
  ['::ffff:0:0/96', 4],
  ['::/96', 3],
  ['2001::/32', 6],
  ['2001:10::/28', 7],
  ['3ffe::/16', 12],
  ['2002::/16', 2],
  ['fec0::/10', 11],
  ['fc00::/7', 5],
  ['::/0', 1],
];
const labelOf = (address: string) => LABELS.find(([prefix]) => inPrefix6(address, prefix))?.[1];

/** Higher is better; the first rule in which two addresses differ decides. */
const RULES: readonly ((a: LookupAddress, dst: string, dev: string | undefined) => number)[] = [
  // 1: the very same address.
  (a, dst) => Number(a.address === dst),
  // 2: the narrowest scope that is wide enough, else the widest.
  (a, dst) => {
    const scope = scopeOf(a.address);
    return scope >= scopeOf(dst) ? -scope : scope - 128;
  },
  // 3: not deprecated.
  (a) => Number(!a.flags?.includes('deprecated')),
  // 5: of the interface that it leaves by.
  (a, _, dev) => Number(dev === undefined || a.dev === dev),
  // 6: the same label.
  (a, dst) => Number(labelOf(a.address) === labelOf(dst)),
  // 7 is about temporary addresses, which the kernel prefers only where it is told to.
  (a) => Number(!a.flags?.includes('temporary')),
  // 8: the longest prefix in common, no longer than the address's own.
  (a, dst) => Math.min(commonBits(a.address, dst), a.prefix),
];

/**
 * @param dev the interface that the packet leaves by, where there is a route
 * @returns undefined when there is no address that would do
 */
export function sourceFor6(kernel: Kernel, dev: string | undefined, dst: string): string | undefined {
  const here = isLinkLocal6(dst) || (isMulticast6(dst) && scopeOf(dst) <= LINK);
  const only = here || (dev !== undefined && kernel.either6(dev, 'use_oif_addrs_only'));
  const candidates = (kernel.ipv6?.addresses ?? []).filter(
    ({ flags = [], ...a }) =>
      !flags.includes('tentative') &&
      !flags.includes('dadfailed') &&
      !(only && dev !== undefined && a.dev !== dev),
  );
  let best: LookupAddress | undefined;
  for (const address of candidates)
    if (best === undefined || isBetter(address, best, dst, dev)) best = address;
  return best?.address;
}

function isBetter(a: LookupAddress, b: LookupAddress, dst: string, dev: string | undefined): boolean {
  for (const rule of RULES) {
    const [one, other] = [rule(a, dst, dev), rule(b, dst, dev)];
    if (one !== other) return one > other;
  }
  return false;
}

/** The link-local address of an interface: ipv6_get_lladdr(), net/ipv6/addrconf.c. */
export function linkLocalOf(kernel: Kernel, dev: string): string | undefined {
  return kernel.ipv6?.addresses.find(
    ({ flags = [], ...a }) => a.dev === dev && a.scope === 'link' && !flags.includes('tentative'),
  )?.address;
}
