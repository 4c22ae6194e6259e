// What is asked: one packet, from where to where, and how big.

export type Protocol = 'icmp' | 'udp' | 'tcp';

export const DEFAULT_PORT = 80;

export interface Flow {
  /** Pod or node, by host name. */
  readonly from: string;
  /** IPv4 or IPv6 address. */
  readonly to: string;
  /** @default icmp, an echo request as iputils' ping sends it */
  readonly proto?: Protocol;
  /** Of UDP or TCP. @default 80 */
  readonly port?: number;
  /** An ephemeral one. @default 40000 */
  readonly sourcePort?: number;
  /** Bytes of payload behind the ICMP, UDP or TCP header. @default 56, as ping sends; 0 for TCP, a SYN */
  readonly size?: number;
  /**
   * As `ping -M`: `do` sets Don't Fragment, `dont` clears it, `want` sets it on what fits the first hop's MTU.
   * @default want, which is what the kernel does (net.ipv4.ip_no_pmtu_disc = 0)
   */
  readonly df?: 'do' | 'want' | 'dont';
}

/** Bytes: IPv4 header without options (RFC 791), ICMP echo, UDP, TCP without options. */
const IP_HEADER = 20;
/** RFC 8200: the header, and the extension header of a fragment. */
const IP6_HEADER = 40;
const IP6_FRAGMENT_HEADER = 8;
const HEADER: Readonly<Record<Protocol, number>> = { icmp: 8, udp: 8, tcp: 20 };
/** Outer IPv4, UDP and VXLAN headers and the inner Ethernet header (RFC 7348): what VXLAN adds to an IP packet. */
export const VXLAN_OVERHEAD = 50;

/** Total length of the IP packet, bytes. */
export function packetLength({ to, proto = 'icmp', size = proto === 'tcp' ? 0 : 56 }: Flow): number {
  return (to.includes(':') ? IP6_HEADER : IP_HEADER) + HEADER[proto] + size;
}

/** Longest fragment for an MTU: every one but the last carries a multiple of 8 bytes (RFC 791). */
export function fragmentLength(mtu: number): number {
  return Math.floor((mtu - IP_HEADER) / 8) * 8 + IP_HEADER;
}

/** The same of IPv6, its fragment header included (RFC 8200, section 4.5). */
export function fragmentLength6(mtu: number): number {
  const headers = IP6_HEADER + IP6_FRAGMENT_HEADER;
  return Math.floor((mtu - headers) / 8) * 8 + headers;
}
