// A host sends a packet of its own: from a routing decision to the interface and next hop, and the hook on the way there,
// for both families. Source: ip_route_output_flow() and ip6_route_output_flow() give the way, ip_finish_output() and
// ip6_xmit() ask its MTU, __ip_local_out() and ip6_xmit() have the hook.
import type { Branch } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, type Walk } from './lab.ts';
import { dropped, mtuRule, stopped, unknown, unrouted } from './make-hop.ts';
import { runHook } from './netfilter/run-hook.ts';
import type { Packet } from './packet.ts';
import type { Routing } from './route.ts';

interface Way {
  readonly out: Link;
  readonly nexthop: string;
  readonly mtu: number;
  readonly decisions: Trail['decisions'];
}

/** What differs between the families. */
export interface Family {
  /** @param route the route's own limit, bytes */
  readonly mtu: (route: number | undefined, link: Link) => number;
  /** Of a packet that must stay whole, such as `with DF`. */
  readonly whole: string;
  readonly route: (kernel: Kernel, packet: Packet) => Routing;
  /** POSTROUTING, and all that comes after it. */
  readonly leave: (
    walk: Walk,
    kernel: Kernel,
    out: Link,
    nexthop: string,
    mtu: number,
    packet: Packet,
    t: Trail,
  ) => Branch[];
}

/** @param asked where it goes, when somebody has looked already */
export function sendOwn(
  family: Family,
  walk: Walk,
  kernel: Kernel,
  packet: Packet,
  t: Trail,
  asked?: Routing,
): Branch[] {
  const way = outgoing(kernel, asked ?? family.route(kernel, packet), packet, t, family);
  if ('ends' in way) return way.ends;
  const output = runHook({ kernel, hook: 'output', packet, oif: way.out.name });
  if (output.verdict !== 'accept') return stopped(kernel, way.out.name, output, t);
  const sent = output.packet;
  // A new destination or mark asks for a new route (nf_nat_ipv4_local_fn(), ipt_mangle_out(); nf_nat_ipv6_local_fn(),
  // ip6t_mangle_out()).
  const moved = sent.dst !== packet.dst || sent.mark !== packet.mark;
  const rerouted = moved ? outgoing(kernel, family.route(kernel, sent), sent, t, family) : way;
  if ('ends' in rerouted) return rerouted.ends;
  const trail = also(t, ...way.decisions, ...output.decisions, ...(moved ? rerouted.decisions : []));
  return family.leave(walk, kernel, rerouted.out, rerouted.nexthop, rerouted.mtu, sent, trail);
}

function outgoing(
  kernel: Kernel,
  routing: Routing,
  packet: Packet,
  t: Trail,
  family: Family,
): Way | { readonly ends: Branch[] } {
  if (routing.kind !== 'route') return { ends: [unrouted({ kernel }, routing, t.decisions)] };
  const { route, nexthop, decisions } = routing;
  if (route.type !== 'unicast' && route.type !== 'local') {
    return { ends: [unknown(kernel, `${route.type} to ${packet.dst} is not modelled`, t.decisions)] };
  }
  const lo = [...kernel.links.values()].find((l) => l.kind === 'loopback');
  const out = route.type === 'local' ? lo : kernel.link(nexthop.dev ?? '');
  if (out === undefined)
    return { ends: [unknown(kernel, `${nexthop.dev} of the route was not observed`, t.decisions)] };
  const mtu = family.mtu(route.mtu, out);
  if (packet.df && packet.length > mtu) {
    const words = `message too long: ${packet.length} bytes ${family.whole} are more than the MTU ${mtu} of ${out.name}`;
    const at = { kernel, dev: out.name };
    return {
      ends: [dropped(at, 'mtu', words, [...t.decisions, ...decisions], mtuRule(kernel, out, mtu))],
    };
  }
  return { out, nexthop: nexthop.via ?? packet.dst, mtu, decisions };
}
