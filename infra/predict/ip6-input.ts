// An IPv6 packet is taken in: hooks, routing, and then up to a socket, to neighbour discovery, or on to the next hop.
// Source: ip6_rcv_core(), ip6_input_finish(), ip6_mc_input(), net/ipv6/ip6_input.c; ip6_forward(), net/ipv6/ip6_output.c.
import type { Branch, Rule } from './hop.ts';
import { delivered, passForward, passInput, passPrerouting } from './incoming.ts';
import { leave6, mtu6 } from './ip6-output.ts';
import { isLinkLocal6, isLoopback6, isMulticast6, isUnspecified6 } from './ipv6.ts';
import type { Kernel, Link } from './kernel.ts';
import { type Arrival, also, type Trail, type Walk } from './lab.ts';
import { dropped, ipv6Off, mtuRule, unknown, unrouted } from './make-hop.ts';
import { isMember, isProxied, receiveNdisc } from './ndisc.ts';
import { type Packet, wireLength } from './packet.ts';
import { keyOf, type Routing } from './route.ts';
import { findRoute6 } from './route6.ts';

export function receiveIp6(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  packet: Packet,
  arrival: Arrival,
  t: Trail,
): Branch[] {
  const at = { kernel, dev: link.name };
  const off = ipv6Off(kernel, link, t);
  if (off) return [off];
  const martian = link.kind === 'loopback' ? undefined : martianAddress(packet);
  if (martian) return [dropped(at, 'martian', `${martian} on ${link.name}`, t.decisions)];
  const pre = passPrerouting(kernel, link, packet, arrival, t);
  if ('ends' in pre) return pre.ends;
  const { packet: came, trail: after } = pre;
  if (link.kind === 'loopback') return deliverLocally(walk, kernel, link, came, after);
  if (isMulticast6(came.dst)) {
    if (isMember(kernel, link, came.dst)) return deliverLocally(walk, kernel, link, came, after);
    const words = `${link.name} of ${kernel.name} is not in the group ${came.dst}`;
    return [dropped(at, 'not-asked', words, after.decisions)];
  }
  const routing = findRoute6(kernel, keyOf(came, link.name));
  if (routing.kind !== 'route') return [unrouted(at, routing, after.decisions)];
  const decided = also(after, ...routing.decisions);
  if (routing.route.type === 'local') return deliverLocally(walk, kernel, link, came, decided);
  if (routing.route.type !== 'unicast')
    return [unknown(kernel, `${routing.route.type} to ${came.dst} is not modelled`, decided.decisions)];
  return forward(walk, kernel, link, came, routing, decided, arrival);
}

/** Addresses that no packet may carry on a wire (RFC 4291, sections 2.5.3 and 2.7). */
function martianAddress({ src, dst }: Packet): string | undefined {
  if (isMulticast6(src)) return `source ${src} is a group`;
  if (isLoopback6(src)) return `source ${src} is the loopback address`;
  return isLoopback6(dst) ? `destination ${dst} is the loopback address` : undefined;
}

function deliverLocally(walk: Walk, kernel: Kernel, link: Link, packet: Packet, t: Trail): Branch[] {
  const passed = passInput(kernel, link, packet, t);
  if ('ends' in passed) return passed.ends;
  const { packet: taken, trail: after } = passed;
  if (taken.ndisc) return receiveNdisc(walk, kernel, link, taken, after);
  if (taken.inner) return [unknown(kernel, 'VXLAN over IPv6 is not modelled', after.decisions)];
  return [delivered(kernel, link, taken, after)];
}

function forward(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  packet: Packet,
  { route, nexthop }: Extract<Routing, { kind: 'route' }>,
  t: Trail,
  arrival: Arrival,
): Branch[] {
  const at = { kernel, dev: link.name };
  if (!kernel.forwards6(link.name)) {
    const line = 'net.ipv6.conf.all.forwarding = 0';
    const rule: Rule = { table: 'sysctls', host: kernel.name, line };
    return [
      dropped(at, 'not-forwarding', `${kernel.name} does not forward IPv6 (${line})`, t.decisions, rule),
    ];
  }
  if (packet.ttl <= 1)
    return [dropped(at, 'ttl', `hop limit ${packet.ttl} is used up at ${kernel.name}`, t.decisions)];
  if (kernel.conf6('all', 'proxy_ndp') > 0 && isProxied(kernel, link, packet.dst) && packet.ndisc)
    return [unknown(kernel, `proxied neighbour discovery for ${packet.dst} is not modelled`, t.decisions)];
  if (isUnspecified6(packet.src) || isLinkLocal6(packet.src)) {
    const words = `source ${packet.src} is of one link only, and goes no further than ${kernel.name}`;
    return [dropped(at, 'martian', words, t.decisions)];
  }
  const out = kernel.link(nexthop.dev ?? '');
  if (out === undefined)
    return [unknown(kernel, `${nexthop.dev} of the route was not observed`, t.decisions)];
  const mtu = mtu6(route.mtu, out);
  // A router cuts nothing, whoever might allow it (RFC 8200, section 5).
  if (wireLength(packet) > mtu) {
    const words = `packet too big: ${wireLength(packet)} bytes are more than the MTU ${mtu} of ${out.name}, and no router cuts IPv6`;
    walk.lab.refused++;
    return [dropped(at, 'mtu', words, t.decisions, mtuRule(kernel, out, mtu))];
  }
  const passed = passForward(kernel, link, out, packet, arrival, t);
  if ('ends' in passed) return passed.ends;
  return leave6(walk, kernel, out, nexthop.via ?? packet.dst, mtu, passed.packet, passed.trail);
}
