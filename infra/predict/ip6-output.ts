// A host's own IPv6 packets, and the last steps of all that leave one: hooks, fragments, the neighbour.
// Source: ip6_xmit(), ip6_output(), ip6_finish_output(), ip6_fragment(), net/ipv6/ip6_output.c.
import { fragmentLength6 } from './flow.ts';
import type { Branch } from './hop.ts';
import { isMulticast6 } from './ipv6.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, type Walk } from './lab.ts';
import { fragmented, ipv6Off, stopped, unknown } from './make-hop.ts';
import { runHook } from './netfilter/run-hook.ts';
import { type Family, sendOwn } from './outgoing.ts';
import { type Packet, wireLength } from './packet.ts';
import type { Routing } from './route.ts';
import { routeOutput6 } from './route6.ts';

/** Every link carries as much in one piece (RFC 8200, section 5; ip6_mtu()). */
const MIN_MTU = 1280;
export const mtu6 = (route: number | undefined, link: Link): number => Math.max(route ?? link.mtu, MIN_MTU);

const IPV6: Family = { mtu: mtu6, whole: 'that may not be cut', route: routeOutput6, leave: leave6 };

/** @param asked where it goes, when somebody has looked already (a socket that chose its source by it) */
export function send6(walk: Walk, kernel: Kernel, packet: Packet, t: Trail, asked?: Routing): Branch[] {
  return sendOwn(IPV6, walk, kernel, packet, t, asked);
}

/** POSTROUTING, fragments, neighbour: the same for what is forwarded and what is sent. */
export function leave6(
  walk: Walk,
  kernel: Kernel,
  out: Link,
  nexthop: string,
  mtu: number,
  packet: Packet,
  t: Trail,
): Branch[] {
  const off = ipv6Off(kernel, out, t);
  if (off) return [off];
  const result = runHook({ kernel, hook: 'postrouting', packet, oif: out.name, nexthop });
  if (result.verdict !== 'accept') return stopped(kernel, out.name, result, t);
  const after = also(t, ...result.decisions);
  if (isMulticast6(nexthop)) return [unknown(kernel, `${nexthop} is a multicast group`, after.decisions)];
  if (wireLength(packet) <= mtu) return walk.deliver(kernel, out, nexthop, result.packet, after);
  const cut = { ...result.packet, fragment: fragmentLength6(mtu) };
  return walk.deliver(kernel, out, nexthop, cut, also(after, fragmented(kernel, out, mtu, packet)));
}
