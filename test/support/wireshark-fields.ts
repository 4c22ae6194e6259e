// Every field that we decode beside Wireshark's name for it, so that the two readings can be compared.
import type { Frame } from '../../infra/observe/packets/packet.ts';
import { type Row, tsharkRows } from './tshark.ts';

type Value = string | number | boolean | undefined;

export interface WiresharkField {
  readonly name: string;
  /** Wireshark's names, when there are several. @default name */
  readonly names?: readonly string[];
  /** Values of theirs that we leave out. */
  readonly leftOut?: readonly string[];
  /** Ours, for one frame: absent, one value, or one for each time it occurs. */
  readonly of: (frame: Frame) => Value | readonly Value[];
}

const hex = (value: number | undefined, digits: number) =>
  value === undefined ? undefined : `0x${value.toString(16).padStart(digits, '0')}`;
/** Wireshark shows fragment offsets as they are in the header. */
const UNIT = 8;
const tcpFlag = (name: string) => (frame: Frame) => frame.tcp?.flags.split(',').includes(name);
const icmp = (version: 4 | 6) => (frame: Frame) => (frame.icmp?.version === version ? frame.icmp : undefined);
const [icmp4, icmp6] = [icmp(4), icmp(6)];
const has = (frame: Frame, flag: string) => frame.icmp?.flags?.includes(flag);
const target = (frame: Frame, kind: string) => (icmp6(frame)?.kind === kind ? frame.icmp?.target : undefined);

export const FIELDS: readonly WiresharkField[] = [
  { name: 'eth.dst', of: ({ eth }) => eth?.dst },
  { name: 'eth.src', of: ({ eth }) => eth?.src },
  {
    // The type behind the tags. Absent where the field holds a length.
    name: 'EtherType',
    names: ['eth.type', 'vlan.etype'],
    leftOut: ['0x8100', '0x88a8'],
    of: ({ eth }) => (eth && eth.type >= 1536 ? hex(eth.type, 4) : undefined),
  },
  { name: 'VLANs', names: ['ieee8021ad.id', 'vlan.id'], of: ({ eth }) => eth?.vlans },
  {
    name: 'arp.opcode',
    of: ({ arp }) => arp && (arp.op === 'request' ? 1 : arp.op === 'reply' ? 2 : arp.op),
  },
  { name: 'arp.src.hw_mac', of: ({ arp }) => arp?.senderMac },
  { name: 'arp.src.proto_ipv4', of: ({ arp }) => arp?.senderIp },
  { name: 'arp.dst.hw_mac', of: ({ arp }) => arp?.targetMac },
  { name: 'arp.dst.proto_ipv4', of: ({ arp }) => arp?.targetIp },
  { name: 'ip.src', of: ({ ipv4 }) => ipv4?.src },
  { name: 'ip.dst', of: ({ ipv4 }) => ipv4?.dst },
  { name: 'ip.ttl', of: ({ ipv4 }) => ipv4?.ttl },
  { name: 'ip.proto', of: ({ ipv4 }) => ipv4?.protocol },
  { name: 'ip.id', of: ({ ipv4 }) => hex(ipv4?.id, 4) },
  { name: 'ip.dsfield', of: ({ ipv4 }) => hex(ipv4?.tos, 2) },
  { name: 'ip.hdr_len', of: ({ ipv4 }) => ipv4?.headerLength },
  { name: 'ip.len', of: ({ ipv4 }) => ipv4?.totalLength },
  { name: 'ip.flags.df', of: ({ ipv4 }) => ipv4?.dontFragment },
  { name: 'ip.flags.mf', of: ({ ipv4 }) => ipv4?.moreFragments },
  { name: 'ip.frag_offset', of: ({ ipv4 }) => ipv4 && ipv4.fragmentOffset / UNIT },
  // Without the end of the list and the no-operations between options.
  { name: 'ip.opt.type', leftOut: ['0', '1'], of: ({ ipv4 }) => ipv4?.options },
  { name: 'ipv6.src', of: ({ ipv6 }) => ipv6?.src },
  { name: 'ipv6.dst', of: ({ ipv6 }) => ipv6?.dst },
  { name: 'ipv6.hlim', of: ({ ipv6 }) => ipv6?.hopLimit },
  { name: 'ipv6.tclass', of: ({ ipv6 }) => hex(ipv6?.trafficClass, 8) },
  { name: 'ipv6.flow', of: ({ ipv6 }) => hex(ipv6?.flowLabel, 6) },
  { name: 'ipv6.nxt', of: ({ ipv6 }) => ipv6?.nextHeader },
  { name: 'ipv6.plen', of: ({ ipv6 }) => ipv6?.payloadLength },
  {
    // In the order that RFC 8200 section 4.1 recommends, which all our captures have.
    name: 'next headers of IPv6 extension headers',
    names: ['ipv6.hopopts.nxt', 'ipv6.dstopts.nxt', 'ipv6.routing.nxt', 'ipv6.fraghdr.nxt'],
    of: ({ ipv6, malformed }) => {
      if (ipv6?.extensions === undefined) return undefined;
      const lastIsCutOff = malformed?.includes('extension header is cut off');
      return [...ipv6.extensions.slice(1), ...(lastIsCutOff ? [] : [ipv6.protocol])];
    },
  },
  { name: 'ipv6.fraghdr.ident', of: ({ ipv6 }) => hex(ipv6?.fragment?.id, 8) },
  { name: 'ipv6.fraghdr.offset', of: ({ ipv6 }) => ipv6?.fragment && ipv6.fragment.offset / UNIT },
  { name: 'ipv6.fraghdr.more', of: ({ ipv6 }) => ipv6?.fragment?.more },
  { name: 'icmp.type', of: (frame) => icmp4(frame)?.type },
  { name: 'icmp.code', of: (frame) => icmp4(frame)?.code },
  { name: 'icmp.ident', of: (frame) => icmp4(frame)?.id },
  { name: 'icmp.seq', of: (frame) => icmp4(frame)?.seq },
  { name: 'icmp.mtu', of: (frame) => icmp4(frame)?.mtu },
  { name: 'icmp.redir_gw', of: (frame) => icmp4(frame)?.target },
  { name: 'icmpv6.type', of: (frame) => icmp6(frame)?.type },
  { name: 'icmpv6.code', of: (frame) => icmp6(frame)?.code },
  { name: 'icmpv6.echo.identifier', of: (frame) => hex(icmp6(frame)?.id, 4) },
  { name: 'icmpv6.echo.sequence_number', of: (frame) => icmp6(frame)?.seq },
  { name: 'icmpv6.mtu', of: (frame) => (frame.icmp?.kind === 'packet-too-big' ? frame.icmp.mtu : undefined) },
  {
    name: 'icmpv6.opt.mtu',
    of: (frame) => (frame.icmp?.kind === 'packet-too-big' ? undefined : icmp6(frame)?.mtu),
  },
  { name: 'icmpv6.nd.ns.target_address', of: (frame) => target(frame, 'neighbour-solicitation') },
  { name: 'icmpv6.nd.na.target_address', of: (frame) => target(frame, 'neighbour-advertisement') },
  { name: 'icmpv6.nd.rd.target_address', of: (frame) => target(frame, 'redirect') },
  { name: 'icmpv6.nd.na.flag.r', of: (frame) => has(frame, 'R') },
  { name: 'icmpv6.nd.na.flag.s', of: (frame) => has(frame, 'S') },
  { name: 'icmpv6.nd.na.flag.o', of: (frame) => has(frame, 'O') },
  { name: 'icmpv6.nd.ra.router_lifetime', of: ({ icmp }) => icmp?.routerLifetime },
  { name: 'icmpv6.opt.linkaddr', of: ({ icmp }) => icmp?.linkAddress },
  { name: 'icmpv6.opt.prefix', of: ({ icmp }) => icmp?.prefixes?.map((prefix) => prefix.split('/')[0]) },
  {
    name: 'icmpv6.opt.prefix.length',
    of: ({ icmp }) => icmp?.prefixes?.map((prefix) => prefix.split('/')[1]),
  },
  {
    name: 'icmpv6.mldr.mar.multicast_address',
    of: (frame) => (icmp6(frame)?.type === 143 ? frame.icmp?.groups : []),
  },
  {
    // A general query is about none.
    name: 'icmpv6.mld.multicast_address',
    leftOut: ['::'],
    of: (frame) => (icmp6(frame)?.type === 143 ? [] : icmp6(frame)?.groups),
  },
  { name: 'udp.srcport', of: ({ udp }) => udp?.srcPort },
  { name: 'udp.dstport', of: ({ udp }) => udp?.dstPort },
  { name: 'udp.length', of: ({ udp }) => udp?.length },
  { name: 'tcp.srcport', of: ({ tcp }) => tcp?.srcPort },
  { name: 'tcp.dstport', of: ({ tcp }) => tcp?.dstPort },
  { name: 'tcp.seq_raw', of: ({ tcp }) => tcp?.seq },
  { name: 'tcp.ack_raw', of: ({ tcp }) => tcp?.ack },
  { name: 'tcp.window_size_value', of: ({ tcp }) => tcp?.window },
  { name: 'tcp.len', of: ({ tcp }) => tcp?.length },
  { name: 'tcp.flags.fin', of: tcpFlag('FIN') },
  { name: 'tcp.flags.syn', of: tcpFlag('SYN') },
  { name: 'tcp.flags.reset', of: tcpFlag('RST') },
  { name: 'tcp.flags.push', of: tcpFlag('PSH') },
  { name: 'tcp.flags.ack', of: tcpFlag('ACK') },
  { name: 'tcp.flags.urg', of: tcpFlag('URG') },
  { name: 'tcp.flags.ece', of: tcpFlag('ECE') },
  { name: 'tcp.flags.cwr', of: tcpFlag('CWR') },
  { name: 'tcp.options.mss_val', of: ({ tcp }) => tcp?.mss },
  { name: 'tcp.options.wscale.shift', of: ({ tcp }) => tcp?.windowScale },
  { name: 'tcp.options.timestamp.tsval', of: ({ tcp }) => tcp?.timestamps?.[0] },
  { name: 'tcp.options.timestamp.tsecr', of: ({ tcp }) => tcp?.timestamps?.[1] },
  { name: 'vxlan.vni', of: ({ vxlan }) => vxlan?.vni },
];

/** A packet, each field as tshark would print it. */
export function ourReading(packet: Frame): Row {
  const frames = framesOf(packet);
  return Object.fromEntries(
    FIELDS.map(({ name, of }) => {
      const values = frames.flatMap((frame): readonly Value[] => [of(frame)].flat());
      return [
        name,
        values
          .filter((value) => value !== undefined)
          .map(text)
          .join(';'),
      ];
    }),
  );
}

/** Every packet of a capture (pcap or pcapng), as tshark prints it. */
export async function theirReading(file: Buffer, vxlanPorts?: readonly number[]): Promise<readonly Row[]> {
  const rows = await tsharkRows(file, [...FIELDS.flatMap(namesOf)], vxlanPorts);
  return rows.map((row) =>
    Object.fromEntries(
      FIELDS.map((field) => {
        const values = namesOf(field).flatMap((name) => row[name]?.split(';') ?? []);
        const kept = values.filter((value) => value !== '' && !field.leftOut?.includes(value));
        return [field.name, kept.join(';')];
      }),
    ),
  );
}

const namesOf = ({ name, names = [name] }: WiresharkField) => names;

/** Frames of a packet in the order in which Wireshark shows them: itself, what its tunnel carries, what it quotes. */
function framesOf(frame: Frame): readonly Frame[] {
  return [
    frame,
    ...(frame.vxlan ? framesOf(frame.vxlan.inner) : []),
    ...(frame.icmp?.original ? framesOf(frame.icmp.original) : []),
  ];
}

function text(value: Value): string {
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}
