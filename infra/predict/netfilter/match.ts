// What a rule asks of a packet, and the answer: yes, no, or not to be told.
// Sources: iptables-extensions(8), "match extensions"; nft(8), "expressions".
import { parseAddress } from '../../lab/cidr.ts';
import {
  type CtState,
  connectionOf,
  ctState,
  destinationTranslated,
  sourceTranslated,
} from '../conntrack.ts';
import { inPrefix } from '../ipv4.ts';
import { inPrefix6 } from '../ipv6.ts';
import type { Kernel } from '../kernel.ts';
import { isIpv6, type Packet, protocolName, protocolOf } from '../packet.ts';

export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

/** A packet at a hook. */
export interface Meeting {
  readonly kernel: Kernel;
  readonly packet: Packet;
  readonly hook: Hook;
  readonly iif?: string;
  readonly oif?: string;
  /** Bridge ports of a bridged frame, when br_netfilter shows it to iptables. */
  readonly physIn?: string;
  readonly physOut?: string;
  readonly srcMac?: string;
  /** Of a frame at a bridge, which only the family bridge is asked about. */
  readonly dstMac?: string;
  /** It is no packet at all. @default ip or ip6, as the packet's addresses are */
  readonly etherType?: 'arp';
  /** Where the route says it goes next: a masquerade chooses its address for that. */
  readonly nexthop?: string;
}

export type Answer = boolean | 'unknown';

export interface Match {
  readonly test: (meeting: Meeting) => Answer;
}

export const not = (match: Match): Match => ({
  test: (meeting) => {
    const answer = match.test(meeting);
    return answer === 'unknown' ? answer : !answer;
  },
});

/** A match that is not modelled. */
export const UNKNOWN: Match = { test: () => 'unknown' };

const match = (test: (meeting: Meeting) => Answer): Match => ({ test });

/** `*` (nft) and `+` (iptables) at the end stand for any rest. */
export function nameFits(pattern: string, name: string | undefined): boolean {
  if (name === undefined) return false;
  return /[+*]$/.test(pattern) ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

export const source = (prefixes: readonly string[]) =>
  match(({ packet }) => prefixes.some((p) => inSet(packet.src, p)));
export const destination = (prefixes: readonly string[]) =>
  match(({ packet }) => prefixes.some((p) => inSet(packet.dst, p)));

/** A prefix, an address, or a range `a-b`. What is of the other family is never met: a table inet has both. */
function inSet(address: string, text: string): boolean {
  const [from = '', to] = text.split('-');
  const ipv6 = address.includes(':');
  if (from.includes(':') !== ipv6) return false;
  if (to === undefined) return ipv6 ? inPrefix6(address, text) : inPrefix(address, text);
  const family = ipv6 ? 6 : 4;
  const number = parseAddress(address, family);
  return number >= parseAddress(from, family) && number <= parseAddress(to, family);
}

export const inputName = (patterns: readonly string[]) =>
  match(({ iif }) => patterns.some((p) => nameFits(p, iif)));
export const outputName = (patterns: readonly string[]) =>
  match(({ oif }) => patterns.some((p) => nameFits(p, oif)));
export const physInput = (pattern: string) => match(({ physIn }) => nameFits(pattern, physIn));
export const physOutput = (pattern: string) => match(({ physOut }) => nameFits(pattern, physOut));
export const bridged = match(({ physIn, physOut }) => physIn !== undefined && physOut !== undefined);

export const protocol = (names: readonly string[]) =>
  match(({ packet }) =>
    names.some((n) => protocolName(n) === protocolOf(packet) || n === 'all' || n === '0'),
  );

export type Range = readonly [number, number];
const within = (n: number, ranges: readonly Range[]) => ranges.some(([low, high]) => n >= low && n <= high);
const hasPorts = (packet: Packet) => packet.proto !== 'icmp';

export const sourcePort = (ranges: readonly Range[]) =>
  match(({ packet }) => hasPorts(packet) && within(packet.sport, ranges));
export const destinationPort = (ranges: readonly Range[]) =>
  match(({ packet }) => hasPorts(packet) && within(packet.dport, ranges));
export const eitherPort = (ranges: readonly Range[]) =>
  match(({ packet }) => hasPorts(packet) && (within(packet.sport, ranges) || within(packet.dport, ranges)));

type IcmpTypes = Readonly<Record<string, readonly string[]>>;
/** Each kind of message of the model: its number, and what else tools call it. */
const ICMP_TYPES: IcmpTypes = { 'echo-reply': ['0'], 'echo-request': ['8'] };
const ICMPV6_TYPES: IcmpTypes = {
  'echo-request': ['128'],
  'echo-reply': ['129'],
  'neighbour-solicitation': ['135', 'nd-neighbor-solicit', 'neighbour-solicitation', 'neighbor-solicitation'],
  'neighbour-advertisement': [
    '136',
    'nd-neighbor-advert',
    'neighbour-advertisement',
    'neighbor-advertisement',
  ],
};
/** A type number, type/code, `any`, or nft's names; other types are never those of an echo. */
export const icmpType = (types: readonly string[]) => messageType(types, false);
/** The same of ICMPv6. */
export const icmpv6Type = (types: readonly string[]) => messageType(types, true);

const messageType = (types: readonly string[], ofIpv6: boolean) =>
  match(({ packet }) => {
    const { icmp } = packet;
    if (icmp === undefined || isIpv6(packet) !== ofIpv6) return false;
    return types.some((text) => {
      const [type = '', code] = text.split('/');
      if (!ofIpv6 && (type === 'any' || type === '255')) return true;
      const names = [icmp, ...((ofIpv6 ? ICMPV6_TYPES : ICMP_TYPES)[icmp] ?? [])];
      return names.includes(type) && (code === undefined || code === '0');
    });
  });

/** `meta nfproto`. */
export const familyOf = (names: readonly string[]) =>
  match(({ packet }) =>
    names.some((name) => (isIpv6(packet) ? ['ipv6', 'ip6'] : ['ipv4', 'ip']).includes(name)),
  );
/** Of a match that looks into a header of one family: a packet of the other does not have it. */
export const onlyOf = (family: 4 | 6 | undefined, inner: Match): Match =>
  family === undefined
    ? inner
    : match((meeting) => isIpv6(meeting.packet) === (family === 6) && inner.test(meeting));

/** States as iptables names them; SNAT and DNAT are states of their own there. */
export const connectionState = (states: readonly string[]) =>
  match(({ packet }) => {
    const state: CtState = ctState(packet);
    const connection = connectionOf(packet);
    return states.some(
      (name) =>
        name.toUpperCase() === state ||
        (name === 'SNAT' && connection !== undefined && sourceTranslated(connection)) ||
        (name === 'DNAT' && connection !== undefined && destinationTranslated(connection)),
    );
  });
export const connectionDirection = (direction: string) =>
  match(({ packet }) => (direction.toLowerCase() === 'reply') === (packet.tracked?.reply ?? false));

export const mark = (value: number, mask: number) =>
  match(({ packet }) => (packet.mark & mask) >>> 0 === value >>> 0);
export const connectionMark = (value: number, mask: number) =>
  match(({ packet }) => ((connectionOf(packet)?.mark ?? 0) & mask) >>> 0 === value >>> 0);

export const length = (ranges: readonly Range[]) => match(({ packet }) => within(packet.length, ranges));
export const ttl = (test: (ttl: number) => boolean) => match(({ packet }) => test(packet.ttl));
export const sourceMac = (mac: string) => match(({ srcMac }) => srcMac === mac.toLowerCase());
export const destinationMac = (mac: string) =>
  match(({ dstMac }) => (dstMac === undefined ? 'unknown' : dstMac === mac.toLowerCase()));
export const etherType = (types: readonly string[]) =>
  match(({ etherType: type, packet }) => types.includes(type ?? (isIpv6(packet) ? 'ip6' : 'ip')));
/** Everything but the first fragment: rules without ports meet them too, and the first one decides all the same. */
export const laterFragment = match(() => false);
/** But for neighbour solicitations, the model's packets are unicast to their receiver. */
export const packetType = (types: readonly string[]) =>
  match(({ packet }) =>
    packet.icmp === 'neighbour-solicitation'
      ? types.includes('multicast')
      : types.some((t) => t === 'unicast' || t === 'host'),
  );

/** As inet_addr_type() sees it: by table local; a broadcast or multicast address is never a packet's of the model. */
export const addressType = (which: 'src' | 'dst', types: readonly string[]) =>
  match(({ kernel, packet }) => {
    const type = isIpv6(packet) ? kernel.addressType6(packet[which]) : kernel.addressType(packet[which]);
    const names = types.map((t) => t.toLowerCase());
    if (
      names.some((t) => !['local', 'unicast', 'broadcast', 'multicast', 'anycast', 'blackhole'].includes(t))
    )
      return 'unknown';
    return names.includes(type);
  });

/** Of `--tcp-flags mask comp`: the model's TCP packets are a SYN one way and a SYN,ACK the other. */
export const tcpFlags = (mask: readonly string[], set: readonly string[]) =>
  match(({ packet }) => {
    if (packet.proto !== 'tcp') return false;
    const flags = packet.tracked?.reply ? ['SYN', 'ACK'] : ['SYN'];
    const all = mask.includes('ALL') ? ['SYN', 'ACK', 'FIN', 'RST', 'URG', 'PSH'] : mask;
    return all.every((flag) => flags.includes(flag) === set.includes(flag));
  });
