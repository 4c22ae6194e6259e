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
  /** Where decoding stopped, when a layer is cut off or contradicts itself. */
  readonly malformed?: string;
}

/** IEEE 802.3; `type` is the EtherType after any 802.1Q tags. */
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
  /** Header and payload, bytes. */
  readonly totalLength: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** Bytes. */
  readonly fragmentOffset: number;
}

/** RFC 8200, without extension headers. */
export interface Ipv6Layer {
  readonly src: string;
  readonly dst: string;
  readonly hopLimit: number;
  /** 6 TCP, 17 UDP, 58 ICMPv6. */
  readonly nextHeader: number;
  readonly payloadLength: number;
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
  /** Next hop's MTU, bytes, of fragmentation-needed and packet-too-big. */
  readonly mtu?: number;
  /** The packet that an error is about, as far as it is quoted. */
  readonly original?: Frame;
}

/** RFC 768. */
export interface UdpLayer {
  readonly srcPort: number;
  readonly dstPort: number;
  /** Header and payload, bytes. */
  readonly length: number;
}

/** RFC 9293. */
export interface TcpLayer {
  readonly srcPort: number;
  readonly dstPort: number;
  readonly seq: number;
  readonly ack: number;
  /** Such as SYN,ACK. */
  readonly flags: string;
}

/** RFC 7348. */
export interface VxlanLayer {
  readonly vni: number;
  readonly inner: Frame;
}
