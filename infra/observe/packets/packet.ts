// A decoded packet: one property for each layer that is there. Plain JSON but for the time stamp.

/** A frame and when it was seen. */
export interface Packet extends Frame {
  /** ns since the epoch, as the tap stamped it. */
  readonly ns: bigint;
  /** Bytes on the wire. */
  readonly length: number;
}

/** What an Ethernet frame carries. Layers inside a VXLAN packet are in `vxlan.inner`. */
export interface Frame {
  readonly eth?: EthernetLayer;
  readonly arp?: ArpLayer;
  readonly ipv4?: Ipv4Layer;
  readonly ipv6?: Ipv6Layer;
  readonly icmp?: IcmpLayer;
  readonly udp?: UdpLayer;
  readonly tcp?: TcpLayer;
  readonly vxlan?: VxlanLayer;
  /**
   * Where decoding stopped, and why, when a layer is cut off or contradicts itself: `byte 14: the IPv4 header is cut
   * off`. Bytes are counted from the start of the captured frame, an outer header included.
   */
  readonly malformed?: string;
}

/** IEEE 802.3; `type` is the EtherType after any 802.1Q tags (below 1536 it is a length, and an LLC header follows). */
export interface EthernetLayer {
  readonly src: string;
  readonly dst: string;
  readonly type: number;
  /** VLAN id of each 802.1Q or 802.1ad tag, outermost first; absent when untagged. */
  readonly vlans?: readonly number[];
}

/** RFC 826, for IPv4 over Ethernet. */
export interface ArpLayer {
  readonly op: 'request' | 'reply' | number;
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;
}

/** RFC 791. */
export interface Ipv4Layer {
  readonly src: string;
  readonly dst: string;
  readonly ttl: number;
  /** 1 ICMP, 6 TCP, 17 UDP. */
  readonly protocol: number;
  readonly id: number;
  /** DSCP and ECN (RFC 2474, RFC 3168). */
  readonly tos: number;
  /** Bytes, options included. */
  readonly headerLength: number;
  /** Header and payload, bytes. */
  readonly totalLength: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** Bytes. */
  readonly fragmentOffset: number;
  /** Type of each option, in their order (7 record route, 68 time stamp, 148 router alert); absent when there is none. */
  readonly options?: readonly number[];
}

/** RFC 8200. */
export interface Ipv6Layer {
  readonly src: string;
  readonly dst: string;
  readonly hopLimit: number;
  readonly trafficClass: number;
  readonly flowLabel: number;
  /** As the fixed header says: an extension header's number, or the same as `protocol`. */
  readonly nextHeader: number;
  /** What the packet carries behind its extension headers: 6 TCP, 17 UDP, 58 ICMPv6, 59 nothing. */
  readonly protocol: number;
  readonly payloadLength: number;
  /** Number of each extension header, in their order: 0 hop-by-hop, 43 routing, 44 fragment, 60 destination. */
  readonly extensions?: readonly number[];
  /** Of a fragment; offset in bytes. */
  readonly fragment?: { readonly id: number; readonly offset: number; readonly more: boolean };
}

/** RFC 792, or RFC 4443 for ICMPv6. */
export interface IcmpLayer {
  readonly version: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** Such as echo-request, echo-reply, unreachable, fragmentation-needed, time-exceeded, neighbour-solicitation. */
  readonly kind: string;
  /** Of an echo. */
  readonly id?: number;
  readonly seq?: number;
  /**
   * The time stamp that ping puts into its payload, folded into 32 bits: no two requests have the same, and no hop
   * changes it. Absent when the payload does not begin with one.
   */
  readonly stamp?: number;
  /** Next hop's MTU, bytes, of fragmentation-needed and packet-too-big; the link's, of a router advertisement. */
  readonly mtu?: number;
  /** The packet that an error is about, as far as it is quoted. */
  readonly original?: Frame;
  /** Neighbour discovery: the address asked for or advertised. Of a redirect: the better next hop. */
  readonly target?: string;
  /** Neighbour discovery: the MAC of the source or target link-layer address option. */
  readonly linkAddress?: string;
  /** Neighbour advertisement: R router, S solicited, O override, such as `SO`. */
  readonly flags?: string;
  /** Router advertisement: seconds as a default router; 0 for none. */
  readonly routerLifetime?: number;
  /** Router advertisement: such as 2001:db8::/64. */
  readonly prefixes?: readonly string[];
  /** Multicast listener messages: the groups they are about; none in a general query. */
  readonly groups?: readonly string[];
}

/** RFC 768. */
export interface UdpLayer {
  readonly srcPort: number;
  readonly dstPort: number;
  /** Header and payload, bytes. */
  readonly length: number;
  /** FNV-1a of the payload's first bytes (at most 16), to tell datagrams apart; absent when none was captured. */
  readonly fingerprint?: number;
}

/** RFC 9293. */
export interface TcpLayer {
  readonly srcPort: number;
  readonly dstPort: number;
  readonly seq: number;
  readonly ack: number;
  /** Such as SYN,ACK. */
  readonly flags: string;
  /** As in the header: not scaled. */
  readonly window: number;
  /** Payload, bytes. */
  readonly length: number;
  /** Bytes that a segment may have, as a SYN offers (RFC 9293 section 3.7.1). */
  readonly mss?: number;
  /** Window scale (RFC 7323), a shift count. */
  readonly windowScale?: number;
  readonly sackPermitted?: true;
  /** Time stamps option (RFC 7323): value and echo reply. */
  readonly timestamps?: readonly [number, number];
}

/** RFC 7348. */
export interface VxlanLayer {
  readonly vni: number;
  readonly inner: Frame;
}
