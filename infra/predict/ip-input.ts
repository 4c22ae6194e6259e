// An IP packet is taken in: hooks, routing, and then up to a socket or on to the next hop.
// Source: ip_rcv(), ip_local_deliver(), net/ipv4/ip_input.c; ip_forward(), net/ipv4/ip_forward.c.
import type { Branch } from './hop.ts';
import { delivered, passForward, passInput, passPrerouting } from './incoming.ts';
import { leave } from './ip-output.ts';
import type { Kernel, Link } from './kernel.ts';
import { type Arrival, also, type Trail, type Walk } from './lab.ts';
import { dropped, mtuRule, unknown, unrouted } from './make-hop.ts';
import type { Packet } from './packet.ts';
import { type InputRouting, routeInput } from './route-input.ts';
import { decapsulate } from './vxlan.ts';

export function receiveIp(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  packet: Packet,
  arrival: Arrival,
  t: Trail,
): Branch[] {
  const pre = passPrerouting(kernel, link, packet, arrival, t);
  if ('ends' in pre) return pre.ends;
  const { packet: came, trail: after } = pre;
  // What a host sends itself by lo has its route from the way out.
  if (link.kind === 'loopback') return deliverLocally(walk, kernel, link, came, after);
  const { src, dst, mark, proto, sport, dport } = came;
  const input = routeInput(kernel, {
    src,
    dst,
    mark,
    proto,
    dev: link.name,
    ...(proto !== 'icmp' && { sport, dport }),
  });
  if (input.kind === 'dropped' || input.kind === 'unknown')
    return [unrouted({ kernel, dev: link.name }, input, after.decisions)];
  const decided = also(after, ...input.decisions);
  if (input.kind === 'local') return deliverLocally(walk, kernel, link, came, decided);
  return forward(walk, kernel, link, came, input, decided, arrival);
}

function deliverLocally(walk: Walk, kernel: Kernel, link: Link, packet: Packet, t: Trail): Branch[] {
  const passed = passInput(kernel, link, packet, t);
  if ('ends' in passed) return passed.ends;
  const { packet: taken, trail: after } = passed;
  if (taken.inner) return decapsulate(walk, kernel, taken, after);
  return [delivered(kernel, link, taken, after)];
}

function forward(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  packet: Packet,
  { route, nexthop }: Extract<InputRouting, { kind: 'forward' }>,
  t: Trail,
  arrival: Arrival,
): Branch[] {
  const at = { kernel, dev: link.name };
  if (packet.ttl <= 1)
    return [dropped(at, 'ttl', `TTL ${packet.ttl} is used up at ${kernel.name}`, t.decisions)];
  const out = kernel.link(nexthop.dev ?? '');
  if (out === undefined)
    return [unknown(kernel, `${nexthop.dev} of the route was not observed`, t.decisions)];
  const mtu = route.mtu ?? out.mtu;
  if (packet.df && packet.length > mtu) {
    const words = `fragmentation needed: ${packet.length} bytes with DF are more than the MTU ${mtu} of ${out.name}`;
    walk.lab.refused++;
    return [dropped(at, 'mtu', words, t.decisions, mtuRule(kernel, out, mtu))];
  }
  const passed = passForward(kernel, link, out, packet, arrival, t);
  if ('ends' in passed) return passed.ends;
  return leave(walk, kernel, out, nexthop.via ?? packet.dst, mtu, passed.packet, passed.trail);
}
