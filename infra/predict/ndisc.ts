// Neighbour discovery: who is asked for an address, who answers, and what both learn from it.
// Source: ndisc_solicit(), ndisc_recv_ns(), ndisc_recv_na(), net/ipv6/ndisc.c; RFC 4861, section 7.2.
import type { Branch, Rule } from './hop.ts';
import { groupMac, solicitedNode } from './ipv6.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, trail, type Walk } from './lab.ts';
import { dropped, ipv6Off, notAsked, stopped } from './make-hop.ts';
import { hearOf } from './neighbour.ts';
import { runHook } from './netfilter/run-hook.ts';
import type { Frame, Packet } from './packet.ts';
import { linkLocalOf } from './source-address6.ts';

/** Bytes: IPv6 header, message, link-layer address option. */
const LENGTH = 40 + 24 + 8;
/** What a packet from beyond the link cannot have (RFC 4861, section 7.1). */
const HOP_LIMIT = 255;
const ALL_NODES = 'ff02::1';

/** Asks for an address on behalf of a packet. @returns what became of the question */
export function solicit(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  target: string,
  { src }: Packet,
  depth: number,
): Branch[] {
  const own = kernel.ipv6?.addresses.some(
    ({ address, dev, flags = [] }) => address === src && dev === link.name && !flags.includes('tentative'),
  );
  // A router, or whoever sends from another interface's address, asks under the link-local one.
  const source = own ? src : linkLocalOf(kernel, link.name);
  if (source === undefined) {
    const words = `${link.name} of ${kernel.name} has no link-local address to ask for ${target} from`;
    return [dropped({ kernel, dev: link.name }, 'no-source', words, [])];
  }
  const group = solicitedNode(target);
  const packet = message('neighbour-solicitation', source, group, { target, mac: link.mac });
  return emit(kernel, link, packet, trail(depth), (frame, t) =>
    walk.transmit(kernel, link, { ...frame, dst: groupMac(group) }, t),
  );
}

function message(
  icmp: NonNullable<Packet['icmp']>,
  src: string,
  dst: string,
  ndisc: NonNullable<Packet['ndisc']>,
): Packet {
  return {
    ...{ src, dst, proto: 'icmp', sport: 0, dport: 0, icmp, ndisc },
    ...{ ttl: HOP_LIMIT, length: LENGTH, df: false, mark: 0 },
  };
}

/** ndisc_send_skb(): no route is looked up, but the hooks are passed as by any packet. */
function emit(
  kernel: Kernel,
  link: Link,
  packet: Packet,
  t: Trail,
  onward: (frame: Frame, t: Trail) => Branch[],
): Branch[] {
  const off = ipv6Off(kernel, link, t);
  if (off) return [off];
  const output = runHook({ kernel, hook: 'output', packet, oif: link.name });
  if (output.verdict !== 'accept') return stopped(kernel, link.name, output, t);
  const post = runHook({ kernel, hook: 'postrouting', packet: output.packet, oif: link.name });
  if (post.verdict !== 'accept') return stopped(kernel, link.name, post, t);
  return onward({ src: link.mac, dst: '', ip: post.packet }, also(t, ...output.decisions, ...post.decisions));
}

/** ipv6_chk_mcast_addr(): groups that an interface is in because of its addresses, and of those it answers for. */
export function isMember({ ipv6 }: Kernel, { name }: Link, group: string): boolean {
  if (group === ALL_NODES) return true;
  return [
    ...(ipv6?.addresses.filter(({ dev }) => dev === name).map(({ address }) => address) ?? []),
    ...(ipv6?.proxies.filter(({ dev }) => dev === name).map(({ dst }) => dst) ?? []),
  ].some((address) => solicitedNode(address) === group);
}

/** pneigh_lookup(): whether an interface is to answer for an address that is somebody else's. */
export const isProxied = ({ ipv6 }: Kernel, { name }: Link, address: string): boolean =>
  ipv6?.proxies.some(({ dst, dev }) => dst === address && dev === name) ?? false;

/** ndisc_rcv(): a message of neighbour discovery has come up. */
export function receiveNdisc(walk: Walk, kernel: Kernel, link: Link, packet: Packet, t: Trail): Branch[] {
  if (packet.ndisc === undefined) return [];
  if (packet.ttl !== HOP_LIMIT) {
    const words = `${kernel.name} believes no neighbour discovery with hop limit ${packet.ttl}`;
    return [dropped({ kernel, dev: link.name }, 'ttl', words, t.decisions)];
  }
  return packet.icmp === 'neighbour-advertisement'
    ? hearAdvertisement(walk, kernel, link, packet.ndisc, t)
    : answer(walk, kernel, link, packet, packet.ndisc, t);
}

function answer(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  { src }: Packet,
  { target, mac }: NonNullable<Packet['ndisc']>,
  t: Trail,
): Branch[] {
  const refusal = whyNot(kernel, link, target);
  if (refusal) return [notAsked(kernel, link, refusal.words, t, refusal.rule)];
  hearOf(kernel, link, src, mac, 'STALE', true);
  const own = kernel.addressType6(target) === 'local';
  const source = own ? target : linkLocalOf(kernel, link.name);
  if (source === undefined) return [];
  const packet = message('neighbour-advertisement', source, src, { target, mac: link.mac, override: own });
  walk.lab.asked = { host: kernel.name, interface: link.name };
  return emit(kernel, link, packet, t, ({ ip }, after) =>
    ip ? walk.deliver(kernel, link, src, ip, after) : [],
  );
}

/** Unlike ARP, an address is answered for only where it is; or where it is on the list of proxies. */
function whyNot(
  kernel: Kernel,
  link: Link,
  target: string,
): { readonly words: string; readonly rule?: Rule } | undefined {
  const own = kernel.ipv6?.addresses.find(({ address, dev }) => address === target && dev === link.name);
  if (own) {
    return own.flags?.includes('tentative')
      ? { words: `${target} is tentative: whether it is ${kernel.name}'s is being found out` }
      : undefined;
  }
  const listed = isProxied(kernel, link, target);
  const proxies =
    listed && kernel.conf6(link.name, 'forwarding') > 0 && kernel.either6(link.name, 'proxy_ndp');
  if (proxies) return undefined;
  return listed
    ? { words: `${target} is on its list of proxies, and proxy_ndp or forwarding is off` }
    : { words: `${target} is not an address of it` };
}

function hearAdvertisement(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  { target, mac }: NonNullable<Packet['ndisc']>,
  t: Trail,
): Branch[] {
  walk.lab.answered(kernel, link.name, target, mac);
  const heard = hearOf(kernel, link, target, mac, 'REACHABLE', false);
  return [notAsked(kernel, link, heard ? 'the neighbour advertisement has come' : 'did not ask', t)];
}
