// What one packet is known by at every tap: the numbers that no hop changes, and the addresses that only NAT changes.
import type { Frame } from './packets/packet.ts';

/**
 * Hashes of a packet; equal for equal packets, and compared field by field (`sameNumbers`, `sameEnds`) where equal.
 * MACs, TTL and checksums are left out, since hops change them.
 */
export interface Identity {
  /** Of numbers and addresses; of the numbers alone where they tell every packet apart by themselves. */
  readonly exact: number;
  /** Of the numbers alone, by which a packet is found again behind a NAT; absent when they say too little. */
  readonly loose?: number;
  /**
   * Whether the numbers differ from packet to packet. Packets that look all alike (ARP, neighbour discovery) are told
   * apart by time alone.
   */
  readonly numbered: boolean;
}

/** The innermost frame: what a pod sent, whatever the network wrapped around it. */
export function carried(frame: Frame): Frame {
  return frame.vxlan ? carried(frame.vxlan.inner) : frame;
}

/** Undefined for what is neither ARP nor IP, or could not be decoded. */
export function identify(frame: Frame): Identity | undefined {
  const { arp, icmp, udp, tcp } = frame;
  if (arp) {
    const exact = mix(
      mix(typeof arp.op === 'number' ? arp.op : arp.op.length, hash(arp.senderIp)),
      hash(arp.targetIp),
    );
    return { exact, numbered: false };
  }
  if (frame.ipv4 === undefined && frame.ipv6 === undefined) return undefined;
  if (icmp) return identifyIcmp(frame);
  const id = packetId(frame);
  if (tcp) {
    const loose = mix(mix(mix(id, tcp.seq), tcp.ack), tcp.length + 3);
    return { exact: ends(loose, frame), loose, numbered: true };
  }
  const numbers = mix(mix(id, udp?.fingerprint ?? 0), udp?.length ?? 1);
  const numbered = id !== 0 || udp?.fingerprint !== undefined;
  return { exact: ends(numbers, frame), ...(numbered && { loose: numbers }), numbered };
}

function identifyIcmp(frame: Frame): Identity {
  const { icmp } = frame;
  const about = icmp?.seq === undefined ? icmp?.original?.icmp : icmp;
  const kind = mix(icmp?.type ?? 0, icmp?.version ?? 0);
  if (about?.seq === undefined) {
    return {
      exact: mix(ends(kind, frame), icmp?.target === undefined ? 0 : hash(icmp.target)),
      numbered: false,
    };
  }
  const numbers = mix(mix(kind, about.id ?? 0), about.seq);
  if (icmp?.stamp !== undefined) return { exact: mix(numbers, icmp.stamp), numbered: true };
  const id = packetId(frame);
  const loose = mix(numbers, id);
  return { exact: ends(loose, frame), ...(id !== 0 && { loose }), numbered: true };
}

/** Whether what NAT leaves alone is equal. */
export function sameNumbers(a: Frame, b: Frame): boolean {
  if (a.arp || b.arp) return a.arp?.op === b.arp?.op;
  if (packetId(a) !== packetId(b) || protocol(a) !== protocol(b)) return false;
  if (a.icmp || b.icmp) {
    return (
      a.icmp?.kind === b.icmp?.kind &&
      a.icmp?.id === b.icmp?.id &&
      a.icmp?.seq === b.icmp?.seq &&
      a.icmp?.stamp === b.icmp?.stamp &&
      a.icmp?.target === b.icmp?.target &&
      a.icmp?.original?.icmp?.id === b.icmp?.original?.icmp?.id &&
      a.icmp?.original?.icmp?.seq === b.icmp?.original?.icmp?.seq
    );
  }
  if (a.tcp && b.tcp) {
    const [one, two] = [a.tcp, b.tcp];
    return one.seq === two.seq && one.ack === two.ack && one.flags === two.flags && one.length === two.length;
  }
  if (a.udp && b.udp) return a.udp.length === b.udp.length && a.udp.fingerprint === b.udp.fingerprint;
  return !a.tcp === !b.tcp && !a.udp === !b.udp;
}

/** Whether addresses and ports are equal, at one end or at both. */
export function sameEnds(a: Frame, b: Frame, ends: 'one' | 'both'): boolean {
  const src = source(a) === source(b) && portsOf(a)?.srcPort === portsOf(b)?.srcPort;
  const dst = destination(a) === destination(b) && portsOf(a)?.dstPort === portsOf(b)?.dstPort;
  return ends === 'both' ? src && dst : src || dst;
}

export function source({ arp, ipv4, ipv6 }: Frame): string {
  return arp?.senderIp ?? ipv4?.src ?? ipv6?.src ?? '';
}

export function destination({ arp, ipv4, ipv6 }: Frame): string {
  return arp?.targetIp ?? ipv4?.dst ?? ipv6?.dst ?? '';
}

/** Such as echo-request, arp-reply, udp, tcp, ip-132. */
export function kindOf(frame: Frame): string {
  const { arp, icmp, udp, tcp } = frame;
  if (arp) return `arp-${arp.op}`;
  if (icmp) return icmp.kind;
  return udp ? 'udp' : tcp ? 'tcp' : `ip-${protocol(frame)}`;
}

/** The flow that a packet belongs to: its kind, addresses and ports; of an echo, its id. */
export function flowOf(frame: Frame): string {
  const { icmp } = frame;
  const ports = portsOf(frame);
  const more = ports ? ` ${ports.srcPort} ${ports.dstPort}` : icmp?.id === undefined ? '' : ` id ${icmp.id}`;
  return `${kindOf(frame)} ${source(frame)} ${destination(frame)}${more}`;
}

/** Text for people: the flow, and the packet's numbers in it. */
export function describeIdentity(frame: Frame): string {
  const { arp, icmp, tcp, ipv4, ipv6 } = frame;
  const flow = flowOf(frame);
  if (arp) return flow;
  if (icmp) {
    const about = icmp.original?.icmp;
    if (icmp.seq !== undefined) return `${flow} seq ${icmp.seq}`;
    return about?.seq === undefined
      ? `${flow}${icmp.target === undefined ? '' : ` ${icmp.target}`}`
      : `${flow} about id ${about.id} seq ${about.seq}`;
  }
  const numbers = tcp ? ` ${tcp.seq} ${tcp.ack} ${tcp.flags}` : '';
  const id = packetId(frame);
  const offset = ipv4?.fragmentOffset ?? ipv6?.fragment?.offset ?? 0;
  return `${flow}${numbers}${id === 0 ? '' : ` ip-id ${ipv4?.id ?? ipv6?.fragment?.id} offset ${offset}`}`;
}

function portsOf({ udp, tcp }: Frame): { readonly srcPort: number; readonly dstPort: number } | undefined {
  return udp ?? tcp;
}

function protocol({ ipv4, ipv6 }: Frame): number | undefined {
  return ipv4?.protocol ?? ipv6?.protocol;
}

/** IPv4's identification, or that of an IPv6 fragment, with the offset; 0 when there is none. */
function packetId({ ipv4, ipv6 }: Frame): number {
  if (ipv4) return ipv4.id === 0 ? ipv4.fragmentOffset : mix(ipv4.id, ipv4.fragmentOffset);
  return ipv6?.fragment ? mix(ipv6.fragment.id | 0, ipv6.fragment.offset) : 0;
}

function ends(numbers: number, frame: Frame): number {
  const ports = portsOf(frame);
  const addresses = mix(mix(numbers, hash(source(frame))), hash(destination(frame)));
  return ports ? mix(mix(addresses, ports.srcPort), ports.dstPort) : addresses;
}

/** Into 32 bits, signed: what V8 keeps without a heap object. */
function mix(hash: number, value: number): number {
  const mixed = Math.imul((hash ^ value) + 0x9e37_79b9, 0x85eb_ca6b);
  return mixed ^ (mixed >>> 15);
}

function hash(text: string): number {
  let hashed = 0;
  for (let at = 0; at < text.length; at++) hashed = (Math.imul(hashed, 31) + text.charCodeAt(at)) | 0;
  return hashed;
}
