// An IP packet is taken in: hooks, routing, and then up to a socket or on to the next hop.
// Source: ip_rcv(), ip_local_deliver(), net/ipv4/ip_input.c; ip_forward(), net/ipv4/ip_forward.c.
import type { Branch, Decision } from './hop.ts';
import { leave } from './ip-output.ts';
import type { Kernel, Link } from './kernel.ts';
import { type Arrival, also, type Trail, type Walk } from './lab.ts';
import { dropped, mtuRule, stopped, unknown } from './make-hop.ts';
import { runHook } from './netfilter/run-hook.ts';
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
  const at = { kernel, dev: link.name };
  const meeting = { kernel, iif: link.name, srcMac: arrival.srcMac };
  // br_netfilter has run this hook at the bridge port already (ip_sabotage_in).
  const pre =
    arrival.filteredAt === undefined
      ? runHook({ ...meeting, hook: 'prerouting', packet })
      : { verdict: 'accept' as const, packet, decisions: [] };
  if (pre.verdict !== 'accept') return stopped(kernel, link.name, pre, t);
  const came = pre.packet;
  const after = also(t, ...pre.decisions);
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
  if (input.kind === 'dropped') return [dropped(at, input.reason, input.words, after.decisions, input.rule)];
  if (input.kind === 'unknown') return [unknown(kernel, input.words, after.decisions, input.rule)];
  const decided = also(after, ...input.decisions);
  if (input.kind === 'local') return deliverLocally(walk, kernel, link, came, decided);
  return forward(walk, kernel, link, came, input, decided, arrival);
}

function deliverLocally(walk: Walk, kernel: Kernel, link: Link, packet: Packet, t: Trail): Branch[] {
  const { fragment: _, ...whole } = packet;
  const result = runHook({ kernel, hook: 'input', packet: whole, iif: link.name });
  if (result.verdict !== 'accept') return stopped(kernel, link.name, result, t);
  const taken = result.packet;
  const after = also(t, ...result.decisions);
  if (taken.inner) return decapsulate(walk, kernel, taken, after);
  const { tracked: __, ...own } = taken;
  const local: Decision = { kind: 'local', words: `${taken.dst} is ${kernel.name}'s own` };
  return [
    {
      kind: 'delivered',
      host: kernel.name,
      interface: link.name,
      address: taken.dst,
      src: taken.src,
      packet: own,
      decisions: [...after.decisions, local],
    },
  ];
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
    return [dropped(at, 'mtu', words, t.decisions, mtuRule(kernel, out, mtu))];
  }
  const lowered = { ...packet, ttl: packet.ttl - 1 };
  const names = { iif: link.name, oif: out.name, srcMac: arrival.srcMac };
  const physIn = arrival.filteredAt;
  const result = runHook({
    kernel,
    hook: 'forward',
    packet: lowered,
    ...names,
    ...(physIn !== undefined && { physIn }),
  });
  if (result.verdict !== 'accept') return stopped(kernel, link.name, result, t);
  return leave(
    walk,
    kernel,
    out,
    nexthop.via ?? packet.dst,
    mtu,
    result.packet,
    also(t, ...result.decisions),
  );
}
