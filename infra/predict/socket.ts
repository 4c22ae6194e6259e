// How a program comes by the source address and the route of what it sends.
// Sources: ip_route_connect(), include/net/route.h; udp_sendmsg(), raw_sendmsg(), net/ipv4/; ping4_run() of iputils.
import { familyOf } from '../lab/cidr.ts';
import type { Stopped } from './hop.ts';
import type { Kernel } from './kernel.ts';
import { dropped, unrouted } from './make-hop.ts';
import type { Packet } from './packet.ts';
import { type Routing, routeOutput, routeSource, type Unbound } from './route.ts';

export type Unsent = Omit<Packet, 'src'>;

export interface Source {
  readonly src: string;
  /** By which the source was chosen. */
  readonly routing: Extract<Routing, { kind: 'route' }>;
}

/** `ping` asks for its source by connecting a UDP socket to this port; where it may not, it sends nothing. */
export const PROBE_PORT = 1025;

export function sourceOf(kernel: Kernel, packet: Unsent): Source | { readonly end: Stopped } {
  if (packet.proto === 'icmp') {
    const probe = connected(kernel, { ...packet, proto: 'udp', dport: PROBE_PORT });
    if ('end' in probe) return probe;
  }
  // A datagram socket that is not connected looks once, before it has a source.
  return packet.proto === 'tcp' ? connected(kernel, packet) : chosen(kernel, packet);
}

/** A connected socket looks for its route again, with the source that it has chosen. */
function connected(kernel: Kernel, packet: Unsent): Source | { readonly end: Stopped } {
  const source = chosen(kernel, packet);
  if ('end' in source) return source;
  const routing = found(kernel, { ...packet, src: source.src });
  return 'end' in routing ? routing : { src: source.src, routing };
}

function chosen(kernel: Kernel, packet: Unsent): Source | { readonly end: Stopped } {
  const routing = found(kernel, packet);
  if ('end' in routing) return routing;
  const src = routeSource(kernel, packet.dst, routing);
  if (src !== undefined && familyOf(src) === 4) return { src, routing };
  return { end: dropped({ kernel }, 'no-source', `${kernel.name} has no address to send from`, []) };
}

function found(kernel: Kernel, packet: Unbound) {
  const routing = routeOutput(kernel, packet);
  return routing.kind === 'route' ? routing : { end: unrouted({ kernel }, routing, []) };
}
