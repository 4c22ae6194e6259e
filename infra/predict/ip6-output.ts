// A host's own IPv6 packets, and the last steps of all that leave one: hooks, fragments, the neighbour.
// Source: ip6_xmit(), ip6_output(), ip6_finish_output(), ip6_fragment(), net/ipv6/ip6_output.c.
import { fragmentLength6 } from './flow.ts';
import type { Branch } from './hop.ts';
import { isMulticast6 } from './ipv6.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, type Walk } from './lab.ts';
import { ipv6Off, mtuRule, stopped, unknown } from './make-hop.ts';
import { runHook } from './netfilter/run-hook.ts';
import { outgoing } from './outgoing.ts';
import { type Packet, wireLength } from './packet.ts';
import type { Routing } from './route.ts';
import { routeOutput6 } from './route6.ts';

/** Every link carries as much in one piece (RFC 8200, section 5; ip6_mtu()). */
const MIN_MTU = 1280;
export const mtu6 = (route: number | undefined, link: Link): number => Math.max(route ?? link.mtu, MIN_MTU);

const IPV6 = { mtu: mtu6, whole: 'that may not be cut' };

/** @param asked where it goes, when somebody has looked already (a socket that chose its source by it) */
export function send6(walk: Walk, kernel: Kernel, packet: Packet, t: Trail, asked?: Routing): Branch[] {
  const way = outgoing(kernel, asked ?? routeOutput6(kernel, packet), packet, t, IPV6);
  if ('ends' in way) return way.ends;
  const output = runHook({ kernel, hook: 'output', packet, oif: way.out.name });
  if (output.verdict !== 'accept') return stopped(kernel, way.out.name, output, t);
  const sent = output.packet;
  // A new destination or mark asks for a new route (nf_nat_ipv6_local_fn(), ip6t_mangle_out()).
  const moved = sent.dst !== packet.dst || sent.mark !== packet.mark;
  const rerouted = moved ? outgoing(kernel, routeOutput6(kernel, sent), sent, t, IPV6) : way;
  if ('ends' in rerouted) return rerouted.ends;
  const trail = also(t, ...way.decisions, ...output.decisions, ...(moved ? rerouted.decisions : []));
  return leave6(walk, kernel, rerouted.out, rerouted.nexthop, rerouted.mtu, sent, trail);
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
  const words = `fragments: ${wireLength(packet)} bytes are more than the MTU ${mtu} of ${out.name}`;
  const cut = also(after, { kind: 'mtu', words, rule: mtuRule(kernel, out, mtu) });
  return walk.deliver(kernel, out, nexthop, { ...result.packet, fragment: fragmentLength6(mtu) }, cut);
}
