// A host's own packets, and the last steps of all that leave one: hooks, fragments, the neighbour.
// Source: __ip_local_out(), ip_finish_output(), ip_fragment(), net/ipv4/ip_output.c.
import { fragmentLength } from './flow.ts';
import type { Branch } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, type Walk } from './lab.ts';
import { fragmented, stopped } from './make-hop.ts';
import { runHook } from './netfilter/run-hook.ts';
import { type Family, sendOwn } from './outgoing.ts';
import { type Packet, wireLength } from './packet.ts';
import { type Routing, routeOutput } from './route.ts';

const IPV4: Family = {
  mtu: (route, link) => route ?? link.mtu,
  whole: 'with DF',
  route: routeOutput,
  leave,
};

/** @param asked where it goes, when somebody has looked already (a socket that chose its source by it) */
export function send(walk: Walk, kernel: Kernel, packet: Packet, t: Trail, asked?: Routing): Branch[] {
  return sendOwn(IPV4, walk, kernel, packet, t, asked);
}

/** POSTROUTING, fragments, neighbour: the same for what is forwarded and what is sent. */
export function leave(
  walk: Walk,
  kernel: Kernel,
  out: Link,
  nexthop: string,
  mtu: number,
  packet: Packet,
  t: Trail,
): Branch[] {
  const result = runHook({ kernel, hook: 'postrouting', packet, oif: out.name, nexthop });
  if (result.verdict !== 'accept') return stopped(kernel, out.name, result, t);
  const after = also(t, ...result.decisions);
  if (wireLength(packet) <= mtu) return walk.deliver(kernel, out, nexthop, result.packet, after);
  const cut = { ...result.packet, fragment: fragmentLength(mtu) };
  return walk.deliver(kernel, out, nexthop, cut, also(after, fragmented(kernel, out, mtu, packet)));
}
