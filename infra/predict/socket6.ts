// How a program comes by the source address and the route of an IPv6 packet that it sends.
// Source: ip6_dst_lookup_tail(), net/ipv6/ip6_output.c; ping6_run() of iputils.

import type { Stopped } from './hop.ts';
import type { Kernel } from './kernel.ts';
import { dropped, unrouted } from './make-hop.ts';
import { routeOutput6, routeSource6 } from './route6.ts';
import { PROBE_PORT, type Source, type Unsent } from './socket.ts';
import { sourceFor6 } from './source-address6.ts';

export function sourceOf6(kernel: Kernel, packet: Unsent): Source | { readonly end: Stopped } {
  if (packet.proto === 'icmp') {
    const probe = lookup(kernel, { ...packet, proto: 'udp', dport: PROBE_PORT });
    if ('end' in probe) return probe;
  }
  return lookup(kernel, packet);
}

/** A route gives the source; where there is none, a source is chosen all the same, for which there may be one. */
function lookup(kernel: Kernel, packet: Unsent): Source | { readonly end: Stopped } {
  const first = routeOutput6(kernel, packet);
  if (first.kind === 'unknown') return { end: unrouted({ kernel }, first, []) };
  const src =
    first.kind === 'route'
      ? routeSource6(kernel, packet.dst, first)
      : sourceFor6(kernel, undefined, packet.dst);
  if (src === undefined && first.kind === 'route') {
    return {
      end: dropped(
        { kernel },
        'no-source',
        `${kernel.name} has no IPv6 address to send to ${packet.dst} from`,
        [],
      ),
    };
  }
  const routing =
    first.kind === 'route' || src === undefined ? first : routeOutput6(kernel, { ...packet, src });
  return routing.kind === 'route' ? { src: src ?? '', routing } : { end: unrouted({ kernel }, routing, []) };
}
