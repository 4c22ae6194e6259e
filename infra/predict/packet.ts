// A packet on its way, as the model carries it. Nothing here is ever changed in place.
import type { Connection } from './conntrack.ts';
import type { Protocol } from './flow.ts';

/** IANA's protocol numbers of those that are modelled. */
const PROTOCOLS: Readonly<Record<string, Protocol>> = { '1': 'icmp', '6': 'tcp', '17': 'udp' };

/** ICMPv6 has a number and names of its own; in the model it is `icmp` in a packet with IPv6 addresses. */
export const ICMPV6 = 'ipv6-icmp';
const ICMPV6_NAMES: readonly string[] = ['58', 'icmpv6', 'ipv6-icmp'];

/** A rule may say a protocol by its number. */
export const protocolName = (text: string): string =>
  ICMPV6_NAMES.includes(text) ? ICMPV6 : (PROTOCOLS[text] ?? text);

export const isIpv6 = ({ dst }: { readonly dst: string }): boolean => dst.includes(':');

/** As a rule calls it. */
export const protocolOf = (packet: Pick<Packet, 'proto' | 'dst'>): string =>
  packet.proto === 'icmp' && isIpv6(packet) ? ICMPV6 : packet.proto;

export interface Packet {
  readonly src: string;
  readonly dst: string;
  readonly proto: Protocol;
  /** Ports; for ICMP both are the echo id, as conntrack has it. */
  readonly sport: number;
  readonly dport: number;
  readonly icmp?: 'echo-request' | 'echo-reply' | 'neighbour-solicitation' | 'neighbour-advertisement';
  /** Of neighbour discovery (RFC 4861, section 4.3). */
  readonly ndisc?: Ndisc;
  readonly ttl: number;
  /** Total length of the whole IP packet, bytes, however it is cut. */
  readonly length: number;
  readonly df: boolean;
  /** Length of the biggest fragment, bytes, when it travels in fragments. */
  readonly fragment?: number;
  /** skb->mark: stays within a network namespace, passes into and out of a VXLAN. */
  readonly mark: number;
  /** Its connection in the network namespace that it is in. */
  readonly tracked?: { readonly connection: Connection | 'untracked' | 'invalid'; readonly reply: boolean };
  /** The frame in its VXLAN payload. */
  readonly inner?: { readonly frame: Frame; readonly vni: number };
}

export interface Ndisc {
  readonly target: string;
  /** The source or target link-layer address option. */
  readonly mac: string;
  /** An advertisement that takes the place of what was known. */
  readonly override?: boolean;
}

export interface Arp {
  readonly op: 'request' | 'reply';
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;
}

export interface Frame {
  readonly src: string;
  readonly dst: string;
  readonly ip?: Packet;
  readonly arp?: Arp;
}

/** Bytes that a frame may be larger than a device's MTU, whether it has the tag or not (is_skb_forwardable()). */
export const VLAN_TAG = 4;

/** Bytes of the largest IP packet that is really on the wire. */
export const wireLength = (packet: Packet): number => packet.fragment ?? packet.length;

/** Leaving a network namespace takes mark and connection off a packet (skb_scrub_packet, net/core/skbuff.c). */
export function scrubbed(frame: Frame): Frame {
  if (!frame.ip) return frame;
  const { tracked: _, ...packet } = frame.ip;
  return { ...frame, ip: { ...packet, mark: 0 } };
}
