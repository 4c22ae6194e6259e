// From the next hop's address to its MAC: the neighbour table, else ARP or neighbour discovery on the segment as it is.
// Source: neigh_resolve_output(), neigh_event_send(), net/core/neighbour.c; arp_solicit(), net/ipv4/arp.c.

import { neighbourLine } from '../observe/lines.ts';
import { BROADCAST, NO_MAC } from '../observe/packets/mac.ts';
import type { NeighbourRow } from '../observe/snapshot.ts';
import type { Branch, Decision, Rule, Stopped } from './hop.ts';
import { inPrefix } from './ipv4.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, trail, type Walk } from './lab.ts';
import { dropped, unknown } from './make-hop.ts';
import { solicit } from './ndisc.ts';
import type { Packet } from './packet.ts';
import { sourceFor } from './source-address.ts';
import { nobody, protocolFor } from './unanswered.ts';

/** NUD_VALID: a frame is sent at once. A stale entry is used too, and asked about later. */
const USABLE = ['PERMANENT', 'NOARP', 'REACHABLE', 'STALE', 'DELAY', 'PROBE'];
/** What ARP does not change (NUD_PERMANENT, and NUD_NOARP which somebody set). */
const FIXED = ['PERMANENT', 'NOARP'];

export type Resolved =
  | { readonly mac: string; readonly decisions: readonly Decision[] }
  | { readonly end: Stopped };

/** Sends a packet to the neighbour with that address. */
export function deliver(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  nexthop: string,
  packet: Packet,
  t: Trail,
): Branch[] {
  if (link.kind === 'loopback')
    return walk.transmit(kernel, link, { src: NO_MAC, dst: NO_MAC, ip: packet }, t);
  // arp_constructor(): a device without ARP has its own MAC in every neighbour entry.
  if (link.flags.includes('NOARP'))
    return walk.transmit(kernel, link, { src: link.mac, dst: link.mac, ip: packet }, t);
  if (!link.up)
    return [
      dropped({ kernel, dev: link.name }, 'link-down', `${link.name} of ${kernel.name} is down`, t.decisions),
    ];
  const found = resolve(walk, kernel, link, nexthop, packet, t.depth);
  if ('end' in found) return [{ ...found.end, decisions: t.decisions }];
  return walk.transmit(
    kernel,
    link,
    { src: link.mac, dst: found.mac, ip: packet },
    also(t, ...found.decisions),
  );
}

/** @param depth of the walk so far: ARP goes over the same wires */
export function resolve(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  address: string,
  packet: Packet,
  depth: number,
): Resolved {
  const key = `${address} ${link.name}`;
  const known = kernel.neighbours.get(key);
  if (known?.mac !== undefined && USABLE.includes(known.state)) {
    const rule = neighbourRule(kernel, known);
    return { mac: known.mac, decisions: [{ kind: 'neighbour', words: `neighbour ${rule.line}`, rule }] };
  }
  kernel.neighbours.set(key, { dst: address, dev: link.name, state: 'INCOMPLETE' });
  walk.lab.answers.delete(`${kernel.name} ${key}`);
  const byNdp = address.includes(':');
  const asked = byNdp
    ? solicit(walk, kernel, link, address, packet, depth)
    : askByArp(walk, kernel, link, address, packet, depth);
  walk.lab.solicitations.push({ host: kernel.name, dev: link.name, address, branches: asked });
  const answers = walk.lab.answers.get(`${kernel.name} ${key}`) ?? [];
  const got = kernel.neighbours.get(key);
  if (new Set(answers.map(({ mac }) => mac)).size > 1) {
    const who = answers.map((a) => `${a.host} ${a.interface} (${a.mac})`).join(' and ');
    return {
      end: unknown(
        kernel,
        `more than one answers ${protocolFor(address)} for ${address} on ${link.name}: ${who}; the first one wins`,
        [],
      ),
    };
  }
  if (got?.mac !== undefined && USABLE.includes(got.state)) {
    const [first] = answers;
    const by = first ? `${first.host} ${first.interface}` : 'itself, asking at the same time';
    return {
      mac: got.mac,
      decisions: [
        {
          kind: byNdp ? 'ndp' : 'arp',
          words: `${protocolFor(address)} for ${address} on ${link.name}: answered by ${by} with ${got.mac}`,
        },
      ],
    };
  }
  kernel.neighbours.set(key, known ?? { dst: address, dev: link.name, state: 'FAILED' });
  return { end: nobody(kernel, link, address, asked, known && neighbourRule(kernel, known)) };
}

function askByArp(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  address: string,
  packet: Packet,
  depth: number,
): Branch[] {
  const senderIp = solicitSource(kernel, link, address, packet.src);
  const arp = { op: 'request' as const, senderMac: link.mac, senderIp, targetMac: NO_MAC, targetIp: address };
  return walk.transmit(kernel, link, { src: link.mac, dst: BROADCAST, arp }, trail(depth));
}

const neighbourRule = (kernel: Kernel, row: NeighbourRow): Rule => ({
  table: 'neighbours',
  host: kernel.name,
  line: neighbourLine(row),
  row,
});

/** arp_solicit(): the address that an ARP request is asked from, by arp_announce. */
function solicitSource(kernel: Kernel, link: Link, target: string, src: string): string {
  const announce = kernel.greater(link.name, 'arp_announce');
  const own = kernel.addressType(src) === 'local';
  const onLink = kernel.addresses.some(
    (a) =>
      a.dev === link.name &&
      inPrefix(target, `${a.peer}/${a.prefix}`) &&
      inPrefix(src, `${a.peer}/${a.prefix}`),
  );
  if (own && (announce === 0 || (announce === 1 && onLink))) return src;
  return sourceFor(kernel, link.name, target, 'link') ?? '0.0.0.0';
}

/** neigh_update(): what ARP says of a sender. @param create make an entry where there is none */
export function hearOf(
  kernel: Kernel,
  link: Link,
  address: string,
  mac: string,
  state: string,
  create: boolean,
): boolean {
  const key = `${address} ${link.name}`;
  const known = kernel.neighbours.get(key);
  if (known === undefined && !create) return false;
  if (known && FIXED.includes(known.state)) return false;
  kernel.neighbours.set(key, { dst: address, dev: link.name, mac, state });
  return true;
}
