// Hops and ends, made from a frame at an interface.
import type { Branch, Decision, DropReason, Hop, Rule, Stopped } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import type { Trail } from './lab.ts';
import type { HookResult } from './netfilter/run-hook.ts';
import { type Frame, type Packet, wireLength } from './packet.ts';
import type { Routing } from './route.ts';

/** One hop; `onward` says what becomes of the frame there. */
export function hop(
  kernel: Kernel,
  link: Link,
  direction: Hop['direction'],
  frame: Frame,
  trail: Trail,
  onward: (trail: Trail) => Branch[],
): Hop {
  const outer = frame.ip?.inner ? frame : undefined;
  const inner = frame.ip?.inner?.frame ?? frame;
  const { ip, arp } = inner;
  const cut = ip && outer?.ip === undefined ? ip.fragment : undefined;
  return {
    kind: 'hop',
    host: kernel.name,
    ...(kernel.netns !== undefined && { netns: kernel.netns }),
    interface: link.name,
    direction,
    ...(arp && { arp: arp.op }),
    ...(ip?.ndisc && {
      ndp: ip.icmp === 'neighbour-solicitation' ? ('request' as const) : ('reply' as const),
    }),
    srcMac: inner.src,
    dstMac: inner.dst,
    src: ip?.src ?? arp?.senderIp ?? '',
    dst: ip?.dst ?? arp?.targetIp ?? '',
    ...(ip && ip.proto !== 'icmp' && { ports: { src: ip.sport, dst: ip.dport } }),
    ttl: ip?.ttl ?? 0,
    length: ip?.length ?? 28,
    df: ip?.df ?? false,
    ...(cut !== undefined && { fragment: cut }),
    ...(outer?.ip?.inner && {
      outer: {
        srcMac: outer.src,
        dstMac: outer.dst,
        src: outer.ip.src,
        dst: outer.ip.dst,
        ttl: outer.ip.ttl,
        length: outer.ip.length,
        port: outer.ip.dport,
        vni: outer.ip.inner.vni,
        ...(wireLength(outer.ip) < outer.ip.length && { fragment: wireLength(outer.ip) }),
      },
    }),
    decisions: trail.decisions,
    children: onward({ decisions: [], depth: trail.depth + 1 }),
  };
}

export function dropped(
  at: { readonly kernel: Kernel; readonly dev?: string },
  reason: DropReason,
  words: string,
  decisions: readonly Decision[],
  rule?: Rule,
): Stopped {
  return {
    kind: 'dropped',
    host: at.kernel.name,
    ...(at.dev !== undefined && { interface: at.dev }),
    reason,
    words,
    ...(rule && { rule }),
    decisions,
  };
}

export function unknown(kernel: Kernel, words: string, decisions: readonly Decision[], rule?: Rule): Stopped {
  return { kind: 'unknown', host: kernel.name, words, ...(rule && { rule }), decisions };
}

export function left(kernel: Kernel, dev: string, words: string, decisions: readonly Decision[]): Stopped {
  return { kind: 'left', host: kernel.name, interface: dev, words, decisions };
}

/** The end that a packet filter makes of a packet. */
export function stopped(
  kernel: Kernel,
  dev: string,
  result: Exclude<HookResult, { verdict: 'accept' }>,
  t: Trail,
): Branch[] {
  if (result.verdict === 'unknown') return [unknown(kernel, result.words, t.decisions, result.rule)];
  const word = result.verdict === 'drop' ? 'dropped' : 'rejected';
  return [dropped({ kernel, dev }, 'filter', `${word} by ${result.words}`, t.decisions, result.rule)];
}

/** The end of a packet for which there is no route, or none that can be told. */
export function unrouted(
  at: { readonly kernel: Kernel; readonly dev?: string },
  routing: Exclude<Routing, { kind: 'route' }>,
  decisions: readonly Decision[],
): Stopped {
  const { words, rule } = routing;
  return routing.kind === 'unknown'
    ? unknown(at.kernel, words, decisions, rule)
    : dropped(at, routing.reason, words, decisions, rule);
}

/** The end of a question for an address, or of its answer, that an interface lets be. */
export function notAsked(kernel: Kernel, link: Link, words: string, t: Trail, rule?: Rule): Stopped {
  const at = { kernel, dev: link.name };
  return dropped(at, 'not-asked', `${kernel.name} ${link.name}: ${words}`, t.decisions, rule);
}

/** @param mtu the link's, or the smaller one of a route over it */
export const mtuRule = (kernel: Kernel, link: Link, mtu: number): Rule => ({
  table: 'interfaces',
  host: kernel.name,
  line: `${link.name}: mtu ${mtu}`,
  row: link,
});

/** What is over the MTU, and may be cut, leaves in fragments. */
export const fragmented = (kernel: Kernel, link: Link, mtu: number, packet: Packet): Decision => ({
  kind: 'mtu',
  words: `fragments: ${wireLength(packet)} bytes are more than the MTU ${mtu} of ${link.name}`,
  rule: mtuRule(kernel, link, mtu),
});

/** The end that IPv6 comes to where an interface, or its host, has none: ip6_rcv_core(), ip6_output(). */
export function ipv6Off(kernel: Kernel, link: Link, t: Trail): Stopped | undefined {
  const off = kernel.conf6(link.name, 'disable_ipv6') > 0;
  if (!off && kernel.ipv6 !== undefined) return undefined;
  const line = `net.ipv6.conf.${link.name.replaceAll('.', '/')}.disable_ipv6 = 1`;
  const words = off
    ? `${link.name} of ${kernel.name} has IPv6 switched off`
    : `${kernel.name} has no IPv6 address`;
  const rule: Rule | undefined = off ? { table: 'sysctls', host: kernel.name, line } : undefined;
  return dropped({ kernel, dev: link.name }, 'ipv6-off', words, t.decisions, rule);
}
