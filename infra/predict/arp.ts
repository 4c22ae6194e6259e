// Who answers an ARP request, and what everybody learns from one. Source: arp_process(), net/ipv4/arp.c; RFC 826.
import type { Branch, Rule } from './hop.ts';
import { inPrefix, isLoopback, isMulticast } from './ipv4.ts';
import type { Kernel, Link } from './kernel.ts';
import type { Trail, Walk } from './lab.ts';
import { notAsked, unknown } from './make-hop.ts';
import { hearOf } from './neighbour.ts';
import { rulesBeyond } from './netfilter/rules-beyond.ts';
import type { Arp, Frame } from './packet.ts';
import { findRoute } from './route.ts';
import { routeInput } from './route-input.ts';

export function receiveArp(walk: Walk, kernel: Kernel, link: Link, frame: Frame, t: Trail): Branch[] {
  const { arp } = frame;
  if (arp === undefined) return [];
  const strange = rulesBeyond(kernel, 'arp');
  if (strange) return [unknown(kernel, strange.words, t.decisions, strange.rule)];
  const silent = (words: string, rule?: Rule) => [notAsked(kernel, link, words, t, rule)];
  if (link.flags.includes('NOARP')) return silent('does no ARP');
  if (arp.op === 'reply') return hearReply(walk, kernel, link, arp, t);
  if (
    isMulticast(arp.targetIp) ||
    (isLoopback(arp.targetIp) && !kernel.either(link.name, 'route_localnet'))
  ) {
    return silent(`does not answer for ${arp.targetIp}`);
  }
  const answer = whyNot(kernel, link, arp);
  if (answer !== undefined) {
    // Those who know the sender already take note of it all the same.
    if (arp.senderIp !== '0.0.0.0') hearOf(kernel, link, arp.senderIp, arp.senderMac, 'STALE', false);
    return silent(answer.words, answer.rule);
  }
  if (arp.senderIp !== '0.0.0.0') hearOf(kernel, link, arp.senderIp, arp.senderMac, 'STALE', true);
  const reply: Arp = {
    op: 'reply',
    senderMac: link.mac,
    senderIp: arp.targetIp,
    targetMac: arp.senderMac,
    targetIp: arp.senderIp,
  };
  walk.lab.asked = { host: kernel.name, interface: link.name };
  return walk.transmit(kernel, link, { src: link.mac, dst: arp.senderMac, arp: reply }, t);
}

function hearReply(walk: Walk, kernel: Kernel, link: Link, arp: Arp, t: Trail): Branch[] {
  const earlier = walk.lab.answered(kernel, link.name, arp.senderIp, arp.senderMac);
  // The first answer stands for a second (LOCKTIME): what comes after it changes nothing.
  const heard = earlier.length > 0 || hearOf(kernel, link, arp.senderIp, arp.senderMac, 'REACHABLE', false);
  return [notAsked(kernel, link, heard ? 'the ARP reply has come' : 'did not ask', t)];
}

/** @returns undefined when the request is answered, else why not */
function whyNot(
  kernel: Kernel,
  link: Link,
  { senderIp, targetIp }: Arp,
): { readonly words: string; readonly rule?: Rule } | undefined {
  const notMine = stranger(kernel, targetIp);
  if (senderIp === '0.0.0.0') {
    return kernel.addressType(targetIp) === 'local' ? ignored(kernel, link, senderIp, targetIp) : notMine;
  }
  const input = routeInput(kernel, { src: senderIp, dst: targetIp, dev: link.name, mark: 0 });
  if (input.kind === 'local') {
    return ignored(kernel, link, senderIp, targetIp) ?? filtered(kernel, link, senderIp, targetIp);
  }
  if (input.kind !== 'forward') {
    const own = kernel.addressType(targetIp) === 'local';
    return own && 'words' in input
      ? { words: input.words, ...(input.rule && { rule: input.rule }) }
      : notMine;
  }
  return proxies(kernel, link, targetIp, input.nexthop.dev) ? undefined : notMine;
}

/** Table local decides whose an address is; that it is on an interface does not count. */
function stranger(kernel: Kernel, target: string): { readonly words: string; readonly rule?: Rule } {
  const row = kernel.addresses.find(({ address }) => address === target);
  if (row === undefined) return { words: `${target} is not ${kernel.name}'s` };
  const line = `${row.address}/${row.prefix} dev ${row.dev}`;
  const rule: Rule = { table: 'addresses', host: kernel.name, line, row };
  return { words: `does not take ${target} for its own: table local has no route to it`, rule };
}

/** arp_ignore(): by the greater of net.ipv4.conf.{all,<dev>}.arp_ignore. */
function ignored(kernel: Kernel, link: Link, sender: string, target: string) {
  const mode = kernel.greater(link.name, 'arp_ignore');
  const line = kernel.sysctlLine(link.name, 'arp_ignore');
  const here = kernel.addresses.filter((a) => a.address === target && a.dev === link.name);
  const confirmed =
    mode === 0 ||
    (mode === 1 && here.length > 0) ||
    (mode === 2 && here.some((a) => sender === '0.0.0.0' || inPrefix(sender, `${a.peer}/${a.prefix}`))) ||
    (mode === 3 && kernel.addresses.some((a) => a.address === target && a.scope !== 'host')) ||
    (mode > 3 && mode !== 8);
  if (confirmed) return undefined;
  const rule: Rule = { table: 'sysctls', host: kernel.name, line };
  return { words: `does not answer for ${target} (${line})`, rule };
}

/** arp_filter(): only from the interface that a packet to the asker would take. */
function filtered(kernel: Kernel, link: Link, sender: string, target: string) {
  if (!kernel.either(link.name, 'arp_filter')) return undefined;
  const routing = findRoute(kernel, { dst: sender, src: target, iif: 'lo' });
  if (routing.kind === 'route' && routing.nexthop.dev === link.name) return undefined;
  const line = kernel.sysctlLine(link.name, 'arp_filter');
  const rule: Rule = { table: 'sysctls', host: kernel.name, line };
  return { words: `does not answer for ${target} (${line})`, rule };
}

/** arp_fwd_proxy(), arp_fwd_pvlan(), pneigh_lookup(). */
function proxies(kernel: Kernel, link: Link, target: string, out: string | undefined): boolean {
  const elsewhere = out !== link.name;
  if (elsewhere && kernel.either(link.name, 'proxy_arp')) return true;
  if (!elsewhere && kernel.conf(link.name, 'proxy_arp_pvlan') > 0) return true;
  return elsewhere && kernel.proxies.some((p) => p.dst === target && p.dev === link.name);
}
