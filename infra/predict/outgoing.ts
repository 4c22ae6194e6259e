// From a routing decision to the interface and next hop of a packet that a host sends, for both families.
// Source: ip_route_output_flow() and ip6_route_output_flow() give the way, ip_finish_output() and ip6_xmit() ask its MTU.
import type { Branch } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import type { Trail } from './lab.ts';
import { dropped, mtuRule, unknown } from './make-hop.ts';
import type { Packet } from './packet.ts';
import type { Routing } from './route.ts';

export interface Way {
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
}

export function outgoing(
  kernel: Kernel,
  routing: Routing,
  packet: Packet,
  t: Trail,
  family: Family,
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
