// Tracked connections, as /proc/net/nf_conntrack and `conntrack -L` print them (kernel: nf_conntrack_standalone.c).
import { ipv6 } from '../packets/addresses.ts';

/** One direction of a connection, as its packets carry it. */
export interface ConntrackTuple {
  readonly src: string;
  readonly dst: string;
  readonly srcPort?: number;
  readonly dstPort?: number;
  readonly icmp?: { readonly type: number; readonly code: number; readonly id: number };
}

export interface ConntrackRow extends ConntrackTuple {
  /** Such as icmp, tcp, udp. */
  readonly protocol: string;
  /** What an answer looks like to the kernel: behind a NAT not simply the other way round. */
  readonly reply: ConntrackTuple;
  /** Whether one has come. */
  readonly replied: boolean;
  /** Of TCP, such as ESTABLISHED. */
  readonly state?: string;
}

/** Lines that are no connection are passed over. Time-outs, marks and counters are left out. */
export function readConntrack(text: string): ConntrackRow[] {
  return text.split('\n').flatMap((line) => rowOf(line) ?? []);
}

function rowOf(line: string): ConntrackRow | undefined {
  const words = line.trim().split(/\s+/);
  const places = words.flatMap((word, at) => (word.startsWith('src=') ? [at] : []));
  const [original, reply] = places;
  if (original === undefined || reply === undefined) return undefined;
  // /proc has the family and its number before the protocol, conntrack(8) only with -o extended.
  const head = /^ipv[46]$/.test(words[0] ?? '') ? words.slice(2, original) : words.slice(0, original);
  const [protocol = ''] = head;
  const state = head.find((word) => /^[A-Z_]+[0-9]?$/.test(word));
  return {
    protocol,
    ...tuple(words.slice(original, reply)),
    reply: tuple(words.slice(reply)),
    replied: !line.includes('[UNREPLIED]'),
    ...(state !== undefined && { state }),
  };
}

function tuple(words: readonly string[]): ConntrackTuple {
  const values = new Map(words.map((word): [string, string] => [/^\w+(?==)/.exec(word)?.[0] ?? '', word]));
  const text = (name: string) => values.get(name)?.slice(name.length + 1);
  const number = (name: string) => (text(name) === undefined ? undefined : Number(text(name)));
  const [srcPort, dstPort, type, code = 0, id = 0] = ['sport', 'dport', 'type', 'code', 'id'].map(number);
  return {
    src: short(text('src') ?? ''),
    dst: short(text('dst') ?? ''),
    ...(srcPort !== undefined && { srcPort }),
    ...(dstPort !== undefined && { dstPort }),
    ...(type !== undefined && { icmp: { type, code, id } }),
  };
}

/** /proc has IPv6 addresses in full, `0000:0000:…:0001`; packets have them in the short form of RFC 5952. */
function short(address: string): string {
  if (!/^([0-9a-f]{4}:){7}[0-9a-f]{4}$/.test(address)) return address;
  return ipv6(Buffer.from(address.replaceAll(':', ''), 'hex'), 0);
}

/** As the kernel prints it, in short: `icmp 10.42.0.2 → 10.42.1.2 id 7`. */
export function conntrackLine({ protocol, reply, ...row }: ConntrackRow): string {
  const { src, dst, srcPort, dstPort } = reply;
  const plain = dst === row.src && src === row.dst && dstPort === row.srcPort && srcPort === row.dstPort;
  return `connection ${protocol} ${tupleLine(row)}${plain ? '' : `, answered ${tupleLine(reply)}`}`;
}

function tupleLine({ src, dst, srcPort, dstPort, icmp }: ConntrackTuple): string {
  const at = (address: string, port: number | undefined) => {
    if (port === undefined) return address;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  };
  const id = icmp === undefined ? '' : ` id ${icmp.id}`;
  return `${at(src, srcPort)} → ${at(dst, dstPort)}${id}`;
}
