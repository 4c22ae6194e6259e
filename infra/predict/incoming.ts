// The hooks that a packet passes at a host that takes it in, and its end in a socket there, for both families.
// Source: the NF_HOOK() of ip_rcv(), ip_local_deliver(), ip_forward(), net/ipv4/; of ipv6_rcv(), ip6_input(),
// ip6_forward(), net/ipv6/.
import type { Branch, Decision } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { type Arrival, also, type Trail } from './lab.ts';
import { stopped } from './make-hop.ts';
import type { Meeting } from './netfilter/match.ts';
import { runHook } from './netfilter/run-hook.ts';
import type { Packet } from './packet.ts';

/** The packet as a hook has left it, or its end there. */
export type Passed = { readonly packet: Packet; readonly trail: Trail } | { readonly ends: Branch[] };

export function passPrerouting(
  kernel: Kernel,
  link: Link,
  packet: Packet,
  { srcMac, filteredAt }: Arrival,
  t: Trail,
): Passed {
  // br_netfilter has run this hook at the bridge port already (ip_sabotage_in).
  if (filteredAt !== undefined) return { packet, trail: t };
  return pass(link, { kernel, hook: 'prerouting', packet, iif: link.name, srcMac }, t);
}

/** What is for this host is put together again first. */
export function passInput(kernel: Kernel, link: Link, packet: Packet, t: Trail): Passed {
  const { fragment: _, ...whole } = packet;
  return pass(link, { kernel, hook: 'input', packet: whole, iif: link.name }, t);
}

/** What is forwarded has one hop less to live when the hook sees it. */
export function passForward(
  kernel: Kernel,
  link: Link,
  out: Link,
  packet: Packet,
  { srcMac, filteredAt }: Arrival,
  t: Trail,
): Passed {
  const lowered = { ...packet, ttl: packet.ttl - 1 };
  const names = { iif: link.name, oif: out.name, srcMac };
  const physIn = filteredAt !== undefined && { physIn: filteredAt };
  return pass(link, { kernel, hook: 'forward', packet: lowered, ...names, ...physIn }, t);
}

function pass(link: Link, meeting: Meeting, t: Trail): Passed {
  const result = runHook(meeting);
  if (result.verdict !== 'accept') return { ends: stopped(meeting.kernel, link.name, result, t) };
  return { packet: result.packet, trail: also(t, ...result.decisions) };
}

/** The packet is where it was to go. */
export function delivered(kernel: Kernel, link: Link, packet: Packet, t: Trail): Branch {
  const { tracked: _, ...own } = packet;
  const local: Decision = { kind: 'local', words: `${own.dst} is ${kernel.name}'s own` };
  return {
    kind: 'delivered',
    host: kernel.name,
    interface: link.name,
    address: own.dst,
    src: own.src,
    packet: own,
    decisions: [...t.decisions, local],
  };
}
