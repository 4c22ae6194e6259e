// A host's own packets, and the last steps of all that leave one: hooks, fragments, the neighbour.
// Source: __ip_local_out(), ip_finish_output(), ip_fragment(), net/ipv4/ip_output.c.
import { fragmentLength } from './flow.ts';
import type { Branch } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, type Walk } from './lab.ts';
import { dropped, mtuRule, stopped, unknown } from './make-hop.ts';
import { runHook } from './netfilter/run-hook.ts';
import { type Packet, wireLength } from './packet.ts';
import { findRoute, type Routing } from './route.ts';

export function routeOutput(
  kernel: Kernel,
  { src, dst, mark, proto, sport, dport }: Omit<Packet, 'src'> & { src?: string },
) {
  const ports = proto === 'icmp' ? {} : { sport, dport };
  return findRoute(kernel, { dst, iif: 'lo', mark, proto, ...ports, ...(src !== undefined && { src }) });
}

/** @param asked where it goes, when somebody has looked already (a socket that chose its source by it) */
export function send(walk: Walk, kernel: Kernel, packet: Packet, t: Trail, asked?: Routing): Branch[] {
  const routing = asked ?? routeOutput(kernel, packet);
  const way = outgoing(kernel, routing, packet, t);
  if ('ends' in way) return way.ends;
  const output = runHook({ kernel, hook: 'output', packet, oif: way.out.name });
  if (output.verdict !== 'accept') return stopped(kernel, way.out.name, output, t);
  const sent = output.packet;
  // A new destination or mark asks for a new route (nf_nat_ipv4_local_fn(), ipt_mangle_out()).
  const moved = sent.dst !== packet.dst || sent.mark !== packet.mark;
  const rerouted = moved ? outgoing(kernel, routeOutput(kernel, sent), sent, t) : way;
  if ('ends' in rerouted) return rerouted.ends;
  const trail = also(t, ...way.decisions, ...output.decisions, ...(moved ? rerouted.decisions : []));
  return leave(walk, kernel, rerouted.out, rerouted.nexthop, rerouted.mtu, sent, trail);
}

interface Way {
  readonly out: Link;
  readonly nexthop: string;
  readonly mtu: number;
  readonly decisions: Trail['decisions'];
}

function outgoing(
  kernel: Kernel,
  routing: Routing,
  packet: Packet,
  t: Trail,
): Way | { readonly ends: Branch[] } {
  if (routing.kind === 'dropped')
    return { ends: [dropped({ kernel }, routing.reason, routing.words, t.decisions, routing.rule)] };
  if (routing.kind === 'unknown')
    return { ends: [unknown(kernel, routing.words, t.decisions, routing.rule)] };
  const { route, nexthop, decisions } = routing;
  if (route.type !== 'unicast' && route.type !== 'local') {
    return { ends: [unknown(kernel, `${route.type} to ${packet.dst} is not modelled`, t.decisions)] };
  }
  const lo = [...kernel.links.values()].find((l) => l.kind === 'loopback');
  const out = route.type === 'local' ? lo : kernel.link(nexthop.dev ?? '');
  if (out === undefined)
    return { ends: [unknown(kernel, `${nexthop.dev} of the route was not observed`, t.decisions)] };
  const mtu = route.mtu ?? out.mtu;
  if (packet.df && packet.length > mtu) {
    const words = `message too long: ${packet.length} bytes with DF are more than the MTU ${mtu} of ${out.name}`;
    return {
      ends: [
        dropped(
          { kernel, dev: out.name },
          'mtu',
          words,
          [...t.decisions, ...decisions],
          mtuRule(kernel, out, mtu),
        ),
      ],
    };
  }
  return { out, nexthop: nexthop.via ?? packet.dst, mtu, decisions };
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
