// Reads what echoes.pl says: for each address the answers, and the refusals of the kernel and of routers in words.
import ipaddr from 'ipaddr.js';

/** What came of the requests to one address. */
export interface Echoes {
  /** Requests that were answered. */
  readonly received: number;
  /** Answers beyond the first to a request. */
  readonly duplicates: number;
  /** Each TTL that answers came with, ascending. Empty for IPv6, whose hop limit is not in what a socket reads. */
  readonly ttls: readonly number[];
  /** Shortest round trip, ms; absent without answers. */
  readonly rttMs?: number;
  /** Who answered in the place of the one that was asked. */
  readonly answeredBy: readonly string[];
  /** Each once, in the order in which they came. */
  readonly errors: readonly string[];
}

interface Reply {
  readonly round: string;
  readonly ttl?: number;
  readonly rttMs?: number;
  readonly from: string;
}

const REPLY = /^reply (\d+) (\d+) (\d+|-) (-?\d+|-) ([0-9a-f]+)$/;
const ERROR = /^error (\d+) (\d+) (.+)$/;
const TOLD = /^([0-9a-f]+) type (\d+) code (\d+)$/;

/** @param addresses in the order in which they were asked */
export function parseEchoes(stdout: string, addresses: readonly string[]): readonly Echoes[] {
  const replies = addresses.map((): Reply[] => []);
  const errors = addresses.map(() => new Set<string>());
  for (const line of stdout.split('\n')) {
    const [, round = '', index = '', ttl = '', us = '', from = ''] = REPLY.exec(line) ?? [];
    if (index !== '') {
      const known = {
        ...(ttl !== '-' && { ttl: Number(ttl) }),
        ...(us !== '-' && { rttMs: Number(us) / 1000 }),
      };
      replies[Number(index)]?.push({ round, from: addressOf(from), ...known });
      continue;
    }
    const [, , refused = '', words = ''] = ERROR.exec(line) ?? [];
    if (refused !== '') errors[Number(refused)]?.add(inWords(words, addresses[Number(refused)] ?? ''));
  }
  return addresses.map((address, i) => summary(address, replies[i] ?? [], errors[i] ?? new Set()));
}

function summary(address: string, replies: readonly Reply[], errors: ReadonlySet<string>): Echoes {
  const received = new Set(replies.map(({ round }) => round)).size;
  const times = replies.flatMap(({ rttMs }) => (rttMs === undefined ? [] : [rttMs]));
  return {
    received,
    duplicates: replies.length - received,
    ttls: [...new Set(replies.flatMap(({ ttl }) => (ttl === undefined ? [] : [ttl])))].toSorted(
      (a, b) => a - b,
    ),
    ...(times.length > 0 && { rttMs: Math.min(...times) }),
    answeredBy: [...new Set(replies.map(({ from }) => from))].filter((from) => from !== address),
    errors: [...errors],
  };
}

/** An ICMP error by its name; the kernel's own words as they are. */
function inWords(words: string, asked: string): string {
  const [, teller, type, code] = TOLD.exec(words) ?? [];
  if (teller === undefined) return words;
  const names = ipaddr.parse(asked).kind() === 'ipv6' ? ICMPV6 : ICMP;
  const name = names[`${type}/${code}`] ?? names[`${type}`] ?? `ICMP type ${type} code ${code}`;
  return `From ${addressOf(teller)}: ${name}`;
}

/** In the words of iputils ping. RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1. */
const ICMP: Readonly<Record<string, string>> = {
  '3/0': 'Destination Net Unreachable',
  '3/1': 'Destination Host Unreachable',
  '3/2': 'Destination Protocol Unreachable',
  '3/3': 'Destination Port Unreachable',
  '3/4': 'Frag needed and DF set',
  '3/9': 'Destination Net Prohibited',
  '3/10': 'Destination Host Prohibited',
  '3/13': 'Packet filtered',
  '11/0': 'Time to live exceeded',
  '11/1': 'Frag reassembly time exceeded',
  '12': 'Parameter problem',
};

/** RFC 4443. */
const ICMPV6: Readonly<Record<string, string>> = {
  '1/0': 'Destination unreachable: No route',
  '1/1': 'Destination unreachable: Administratively prohibited',
  '1/3': 'Destination unreachable: Address unreachable',
  '1/4': 'Destination unreachable: Port unreachable',
  '2': 'Packet too big',
  '3/0': 'Time exceeded: Hop limit',
  '3/1': 'Time exceeded: Defragmentation failure',
  '4': 'Parameter problem',
};

/** Hexadecimal to the address as people write it. */
function addressOf(hex: string): string {
  return ipaddr.fromByteArray([...Buffer.from(hex, 'hex')]).toString();
}
