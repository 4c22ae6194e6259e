// Captured packets as a lab's checks see them: one row a packet and tap, and one path a packet.
import { carried, destination, kindOf, sameEnds, source } from '../observe/identity.ts';
import type { Frame, IcmpLayer, Packet } from '../observe/packets/packet.ts';
import type { PacketPath } from '../observe/paths.ts';
import type { Json } from './result.ts';
import { toJson } from './to-json.ts';

/** A tap's packets, in the order they were captured. */
export interface TapPackets {
  readonly name: string;
  readonly packets: readonly Packet[];
}

/**
 * Rows by time; those with one stamp in the order of the taps. `ns` counts from the first packet of the capture, so
 * that it stays a number without rounding. A VXLAN packet's row is about what it carries; its own headers are in `vxlan`.
 */
export function packetRows(taps: readonly TapPackets[]): readonly Json[] {
  const start = firstStamp(taps);
  return taps
    .flatMap(({ name, packets }) => packets.map((packet, index) => ({ tap: name, index, packet })))
    .sort((a, b) => Number(a.packet.ns - b.packet.ns))
    .map(({ tap, index, packet }) =>
      toJson({ tap, index, ns: Number(packet.ns - start), length: packet.length, ...frameRow(packet) }),
    );
}

/** The same rows, those of one tap together: which of two taps the kernel serves first may differ from run to run. */
export function tapByTap(rows: readonly Json[]): readonly Json[] {
  const groups = Map.groupBy(rows, (row) => (row as { readonly tap: string }).tap);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, group]) => group);
}

/**
 * `{packet, seq, src, dst, at: {tap: ns}}` for every packet that can be told from the others; of TCP and UDP also ports
 * and flags as first seen; where a NAT on its way changed an end also every sighting, by time, as
 * `rewritten: [{tap, src, dst, srcPort, dstPort}]`.
 */
export function pathRows(taps: readonly TapPackets[], paths: readonly PacketPath[]): readonly Json[] {
  const start = firstStamp(taps);
  return paths.map(({ packet, seq, src, dst, at, sightings }) => {
    const since = Object.entries(at).map(([tap, ns]) => [tap, Number(ns - start)] as const);
    const { tcp, udp } = sightings[0]?.frame ?? {};
    return toJson({
      ...{ packet, seq, src, dst },
      ...(tcp && { tcp: { srcPort: tcp.srcPort, dstPort: tcp.dstPort, flags: tcp.flags } }),
      ...(udp && { udp: { srcPort: udp.srcPort, dstPort: udp.dstPort } }),
      at: Object.fromEntries(since),
      rewritten: rewritten(sightings),
    });
  });
}

/** Both ends at each sighting; undefined where all are the same. */
function rewritten(sightings: PacketPath['sightings']) {
  const first = sightings[0]?.frame ?? {};
  if (sightings.every(({ frame }) => sameEnds(first, frame, 'both'))) return undefined;
  return sightings.map(({ tap, frame }) => {
    const { srcPort, dstPort } = frame.tcp ?? frame.udp ?? {};
    return { tap, src: source(frame), dst: destination(frame), srcPort, dstPort };
  });
}

/** Of all taps, ns since the epoch; 0 when nothing was captured. */
export function firstStamp(taps: readonly TapPackets[]): bigint {
  let first: bigint | undefined;
  for (const { ns } of taps.flatMap(({ packets }) => packets)) {
    if (first === undefined || ns < first) first = ns;
  }
  return first ?? 0n;
}

function frameRow(outer: Frame) {
  const frame = carried(outer);
  const { eth, arp, icmp, tcp, udp, ipv4, ipv6, malformed } = frame;
  return {
    kind: rowKind(frame),
    ethSrc: eth?.src,
    ethDst: eth?.dst,
    src: arp?.senderIp ?? ipv4?.src ?? ipv6?.src,
    dst: arp?.targetIp ?? ipv4?.dst ?? ipv6?.dst,
    ttl: ipv4?.ttl ?? ipv6?.hopLimit,
    icmp: icmp && { type: icmp.type, code: icmp.code, id: icmp.id, seq: icmp.seq, mtu: icmp.mtu },
    ndp: icmp?.version === 6 && isDiscovery(icmp) ? ndpRow(icmp) : undefined,
    tcp: tcp && {
      ...{ srcPort: tcp.srcPort, dstPort: tcp.dstPort, flags: tcp.flags },
      ...{ seq: tcp.seq, ack: tcp.ack, length: tcp.length },
    },
    udp: udp && { srcPort: udp.srcPort, dstPort: udp.dstPort, length: udp.length },
    arp: arp && { op: arp.op, senderIp: arp.senderIp, senderMac: arp.senderMac, targetIp: arp.targetIp },
    vxlan: outer.vxlan && {
      vni: outer.vxlan.vni,
      outerSrc: outer.ipv4?.src ?? outer.ipv6?.src,
      outerDst: outer.ipv4?.dst ?? outer.ipv6?.dst,
      outerEthSrc: outer.eth?.src,
      outerEthDst: outer.eth?.dst,
      outerTtl: outer.ipv4?.ttl ?? outer.ipv6?.hopLimit,
      udpDst: outer.udp?.dstPort,
    },
    malformed,
  };
}

/** Types of neighbour discovery and redirects (RFC 4861). */
const isDiscovery = ({ type }: IcmpLayer) => type >= 133 && type <= 137;
const ndpRow = ({ target, linkAddress, flags }: IcmpLayer) => ({ target, mac: linkAddress, flags });

/** The same words as in the paths, and some for what is on none. */
function rowKind(frame: Frame): string {
  const { arp, ipv4, ipv6, eth } = frame;
  if (arp || ipv4 || ipv6) return kindOf(frame);
  return eth === undefined ? 'malformed' : `ethertype-0x${eth.type.toString(16).padStart(4, '0')}`;
}
