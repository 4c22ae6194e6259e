// A host's own packets, and the last steps of all that leave one: hooks, fragments, the neighbour.
// Source: __ip_local_out(), ip_finish_output(), ip_fragment(), net/ipv4/ip_output.c.
import { fragmentLength } from './flow.ts';
import type { Branch } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, type Walk } from './lab.ts';
import { mtuRule, stopped } from './make-hop.ts';
import { runHook } from './netfilter/run-hook.ts';
import { outgoing } from './outgoing.ts';
import { type Packet, wireLength } from './packet.ts';
import { findRoute, type Routing } from './route.ts';

export function routeOutput(
  kernel: Kernel,
  { src, dst, mark, proto, sport, dport }: Omit<Packet, 'src'> & { src?: string },
) {
  const ports = proto === 'icmp' ? {} : { sport, dport };
  return findRoute(kernel, { dst, iif: 'lo', mark, proto, ...ports, ...(src !== undefined && { src }) });
}

const IPV4 = { mtu: (route: number | undefined, link: Link) => route ?? link.mtu, whole: 'with DF' };

/** @param asked where it goes, when somebody has looked already (a socket that chose its source by it) */
export function send(walk: Walk, kernel: Kernel, packet: Packet, t: Trail, asked?: Routing): Branch[] {
  const routing = asked ?? routeOutput(kernel, packet);
  const way = outgoing(kernel, routing, packet, t, IPV4);
  if ('ends' in way) return way.ends;
  const output = runHook({ kernel, hook: 'output', packet, oif: way.out.name });
  if (output.verdict !== 'accept') return stopped(kernel, way.out.name, output, t);
  const sent = output.packet;
  // A new destination or mark asks for a new route (nf_nat_ipv4_local_fn(), ipt_mangle_out()).
  const moved = sent.dst !== packet.dst || sent.mark !== packet.mark;
  const rerouted = moved ? outgoing(kernel, routeOutput(kernel, sent), sent, t, IPV4) : way;
  if ('ends' in rerouted) return rerouted.ends;
  const trail = also(t, ...way.decisions, ...output.decisions, ...(moved ? rerouted.decisions : []));
  return leave(walk, kernel, rerouted.out, rerouted.nexthop, rerouted.mtu, sent, trail);
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
  const fragment = fragmentLength(mtu);
  const words = `fragments: ${wireLength(packet)} bytes are more than the MTU ${mtu} of ${out.name}`;
  const cut = also(after, { kind: 'mtu', words, rule: mtuRule(kernel, out, mtu) });
  return walk.deliver(kernel, out, nexthop, { ...result.packet, fragment }, cut);
}
