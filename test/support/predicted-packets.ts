// Packets as taps would decode them if all went as predicted: what is correlated, claimed and compared as if captured.
import { placeName } from '../../infra/journey/place.ts';
import { expectedHops } from '../../infra/journey/steps.ts';
import type { Frame, Packet } from '../../infra/observe/packets/packet.ts';
import type { Branch, Hop } from '../../infra/predict/hop.ts';

/** One packet at one tap, which is called after its place. */
export interface TappedPacket {
  readonly tap: string;
  readonly host: string;
  readonly packet: Packet;
}

/** One sighting a hop, 1 µs apart. @param kind of an echo; messages of ARP know their own @param start ns */
export function packetsOf(
  branches: readonly Branch[],
  kind: 'echo-request' | 'echo-reply',
  seq: number,
  start = 1_000_000n,
): TappedPacket[] {
  return expectedHops(branches).map(({ hop }, index) => ({
    tap: placeName({ host: hop.host, dev: hop.interface }),
    host: hop.host,
    packet: {
      ns: start + BigInt(index) * 1000n,
      length: 98,
      ...wrapped(hop, hop.arp ? arp(hop, hop.arp) : echo(hop, kind, seq)),
    },
  }));
}

/** As taps, with the packets of each by time. @param move ns by which the stamps of a host are moved */
export function tapsOf(packets: readonly TappedPacket[], move: (host: string) => bigint = () => 0n) {
  const groups = Map.groupBy(packets, ({ tap }) => tap);
  return [...groups].map(([name, seen]) => ({
    name,
    packets: seen
      .map(({ host, packet }): Packet => ({ ...packet, ns: packet.ns + move(host) }))
      .sort((a, b) => Number(a.ns - b.ns)),
  }));
}

function arp({ srcMac, dstMac, src, dst }: Hop, op: 'request' | 'reply'): Frame {
  const layer = { op, senderMac: srcMac, senderIp: src, targetMac: dstMac, targetIp: dst };
  return { eth: { src: srcMac, dst: dstMac, type: 0x0806 }, arp: layer };
}

function echo(hop: Hop, kind: 'echo-request' | 'echo-reply', seq: number): Frame {
  const { srcMac, dstMac, src, dst, ttl, length, df } = hop;
  return {
    eth: { src: srcMac, dst: dstMac, type: 0x0800 },
    ipv4: { ...ip(src, dst, ttl, length, 1), dontFragment: df },
    icmp: { version: 4, type: kind === 'echo-request' ? 8 : 0, code: 0, kind, id: 7, seq, stamp: seq },
  };
}

/** RFC 7348. */
function wrapped({ outer }: Hop, inner: Frame): Frame {
  if (outer === undefined) return inner;
  const { srcMac, dstMac, src, dst, ttl, length, port, vni } = outer;
  return {
    eth: { src: srcMac, dst: dstMac, type: 0x0800 },
    ipv4: ip(src, dst, ttl, length, 17),
    udp: { srcPort: 40_000, dstPort: port, length: length - 20 },
    vxlan: { vni, inner },
  };
}

function ip(src: string, dst: string, ttl: number, totalLength: number, protocol: number) {
  return {
    ...{ src, dst, ttl, totalLength, protocol, id: 0, tos: 0, headerLength: 20 },
    ...{ dontFragment: false, moreFragments: false, fragmentOffset: 0 },
  };
}
