// Which packet was seen where and when: the same packet at several taps, known by what stays the same on its way.
import { decodePacket } from './packets/decode.ts';
import type { Frame, Packet } from './packets/packet.ts';
import { readPcap } from './pcap.ts';

export interface Sighting {
  /** Tap name. */
  readonly tap: string;
  readonly packet: Packet;
  /** The frame that carries the identity: the packet itself, or the one inside its VXLAN. */
  readonly frame: Frame;
}

/** One packet on its way. */
export interface PacketPath {
  /** Such as echo-request, echo-reply, arp-request, arp-reply, udp, tcp. */
  readonly packet: string;
  /** What it was known by; equal for all sightings. */
  readonly identity: string;
  readonly seq?: number;
  /** Addresses at the first sighting (a masquerade changes them on the way). */
  readonly src: string;
  readonly dst: string;
  /** First stamp at each tap, ns; only taps that saw it. */
  readonly at: Readonly<Record<string, bigint>>;
  /** Every sighting, by time; sightings with one stamp stay in the order of the taps. */
  readonly sightings: readonly Sighting[];
}

/** @throws TypeError when a tap's bytes are no pcap file, naming the tap. */
export function decodeTap(tap: { readonly name: string; readonly pcap: Buffer }): {
  readonly name: string;
  readonly packets: readonly Packet[];
  readonly truncated?: string;
} {
  try {
    const { packets, truncated } = readPcap(tap.pcap);
    return { name: tap.name, packets: packets.map(decodePacket), ...(truncated && { truncated }) };
  } catch (cause) {
    throw new TypeError(`tap "${tap.name}": ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/**
 * ARP has nothing that numbers its packets, but a host that asks again waits a second (RFC 4861 RETRANS_TIMER, which
 * the kernel uses for IPv4 too), and a flood has echoed within microseconds: sightings nearer than this are one packet.
 */
const ONE_PACKET_NS = 500_000_000n;

/**
 * Paths by time of the first sighting. Packets without an identity of their own (such as TCP segments that are sent
 * again) become one path for all that look alike; packets that cannot be decoded are left out.
 */
export function correlate(
  taps: readonly { readonly name: string; readonly packets: readonly Packet[] }[],
): PacketPath[] {
  const groups = new Map<string, { readonly numbered: boolean; readonly sightings: Sighting[] }>();
  for (const { name: tap, packets } of taps) {
    for (const packet of packets) {
      const frame = carried(packet);
      const known = identify(frame);
      if (known === undefined) continue;
      const group = groups.get(known.identity) ?? { numbered: known.numbered, sightings: [] };
      groups.set(known.identity, group);
      group.sightings.push({ tap, packet, frame });
    }
  }
  return [...groups]
    .flatMap(([identity, { numbered, sightings }]) => {
      const sorted = sightings.toSorted((a, b) => compare(a.packet.ns, b.packet.ns));
      const parts = numbered ? [sorted] : splitByTime(sorted);
      return parts.map((part, i) => pathOf(i === 0 ? identity : `${identity} #${i + 1}`, part));
    })
    .sort((a, b) => compare(a.sightings[0]?.packet.ns, b.sightings[0]?.packet.ns));
}

function splitByTime(sorted: readonly Sighting[]): Sighting[][] {
  const parts: Sighting[][] = [];
  for (const sighting of sorted) {
    const part = parts.at(-1);
    const first = part?.[0];
    if (part && first && sighting.packet.ns - first.packet.ns < ONE_PACKET_NS) part.push(sighting);
    else parts.push([sighting]);
  }
  return parts;
}

function pathOf(identity: string, sightings: readonly Sighting[]): PacketPath {
  const first = sightings[0]?.frame ?? {};
  const at: Record<string, bigint> = {};
  for (const { tap, packet } of sightings) at[tap] ??= packet.ns;
  const seq = first.icmp?.seq;
  return {
    packet: identify(first)?.packet ?? '',
    identity,
    ...(seq !== undefined && { seq }),
    src: first.arp?.senderIp ?? first.ipv4?.src ?? first.ipv6?.src ?? '',
    dst: first.arp?.targetIp ?? first.ipv4?.dst ?? first.ipv6?.dst ?? '',
    at,
    sightings,
  };
}

const compare = (a: bigint | undefined, b: bigint | undefined) =>
  (a ?? 0n) < (b ?? 0n) ? -1 : (a ?? 0n) > (b ?? 0n) ? 1 : 0;

/** The innermost frame: what a pod sent, whatever the network wrapped around it. */
export function carried(frame: Frame): Frame {
  return frame.vxlan ? carried(frame.vxlan.inner) : frame;
}

/**
 * Neither MACs, TTL nor checksums belong to an identity, since hops change them; addresses of an echo do not either,
 * since a masquerade changes them, and its id is drawn anew for every ping.
 */
function identify(
  frame: Frame,
): { readonly packet: string; readonly identity: string; readonly numbered: boolean } | undefined {
  const { arp, icmp, ipv4, udp, tcp } = frame;
  if (arp) {
    const packet = `arp-${arp.op}`;
    return { packet, identity: `${packet} ${arp.senderIp} ${arp.targetIp}`, numbered: false };
  }
  if (icmp?.seq !== undefined) {
    return { packet: icmp.kind, identity: `${icmp.kind} id ${icmp.id} seq ${icmp.seq}`, numbered: true };
  }
  const net = ipv4 ?? frame.ipv6;
  if (net === undefined) return undefined;
  if (icmp) {
    const about = icmp.original?.icmp;
    const quoted = about?.seq === undefined ? '' : ` about id ${about.id} seq ${about.seq}`;
    return {
      packet: icmp.kind,
      identity: `${icmp.kind} ${net.src} ${net.dst}${quoted}`,
      numbered: quoted !== '',
    };
  }
  const id = ipv4 ? ` ip-id ${ipv4.id} offset ${ipv4.fragmentOffset}` : '';
  const ends = udp ?? tcp;
  const ports = ends ? ` ${ends.srcPort} ${ends.dstPort}` : '';
  const numbers = tcp ? ` ${tcp.seq} ${tcp.ack} ${tcp.flags}` : '';
  const packet = udp ? 'udp' : tcp ? 'tcp' : `ip-${ipv4?.protocol ?? frame.ipv6?.nextHeader}`;
  return { packet, identity: `${packet} ${net.src} ${net.dst}${ports}${numbers}${id}`, numbered: true };
}
