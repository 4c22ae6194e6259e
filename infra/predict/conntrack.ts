// Connection tracking of one network namespace: what makes a reply find its way back through a translation.
// Source of the rules: nf_conntrack_core.c and nf_nat_core.c (nf_nat_packet), net/netfilter/.
import type { Packet } from './packet.ts';

export interface Tuple {
  readonly proto: string;
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
}

/** Changed in place by the rules that its first packet meets. */
export interface Connection {
  readonly original: Tuple;
  /** What an answer looks like when it comes back. */
  reply: Tuple;
  /** Manipulations that its first packet has got, or has been spared. */
  readonly settled: Set<'src' | 'dst'>;
  mark: number;
  answered: boolean;
}

export type CtState = 'NEW' | 'ESTABLISHED' | 'INVALID' | 'UNTRACKED';

const tupleOf = ({ proto, src, dst, sport, dport }: Packet): Tuple => ({
  proto,
  src,
  dst,
  sport,
  dport,
});

const turned = (t: Tuple): Tuple => ({ ...t, src: t.dst, dst: t.src, sport: t.dport, dport: t.sport });

const same = (a: Tuple, b: Tuple) =>
  a.proto === b.proto && a.src === b.src && a.dst === b.dst && a.sport === b.sport && a.dport === b.dport;

/** Finds or makes the packet's connection; one that has it already (it came round by lo) keeps it. */
export function track(connections: Connection[], packet: Packet): Packet {
  if (packet.tracked) return packet;
  // nf_conntrack_icmpv6_error(): neighbour discovery belongs to no connection.
  if (packet.ndisc) return { ...packet, tracked: { connection: 'untracked', reply: false } };
  const tuple = tupleOf(packet);
  const isReply = packet.icmp === 'echo-reply';
  for (const connection of connections) {
    // An echo reply is never the first direction: its type tells the two apart where addresses do not.
    if (!isReply && same(connection.original, tuple))
      return { ...packet, tracked: { connection, reply: false } };
    if (packet.icmp !== 'echo-request' && same(connection.reply, tuple)) {
      connection.answered = true;
      return { ...packet, tracked: { connection, reply: true } };
    }
  }
  // nf_conntrack_proto_icmp.c: only a request can be the first packet.
  if (isReply) return { ...packet, tracked: { connection: 'invalid', reply: false } };
  const connection: Connection = {
    original: tuple,
    reply: turned(tuple),
    settled: new Set(),
    mark: 0,
    answered: false,
  };
  connections.push(connection);
  return { ...packet, tracked: { connection, reply: false } };
}

/** As `-m conntrack --ctstate` sees it. RELATED packets (ICMP errors) are not modelled. */
export function ctState({ tracked }: Packet): CtState {
  if (tracked === undefined || tracked.connection === 'untracked') return 'UNTRACKED';
  if (tracked.connection === 'invalid') return 'INVALID';
  return tracked.reply || tracked.connection.answered ? 'ESTABLISHED' : 'NEW';
}

/** The connection of a packet that has one. */
export function connectionOf({ tracked }: Packet): Connection | undefined {
  return tracked === undefined || typeof tracked.connection === 'string' ? undefined : tracked.connection;
}

export const sourceTranslated = (c: Connection): boolean =>
  c.reply.dst !== c.original.src || c.reply.dport !== c.original.sport;
export const destinationTranslated = (c: Connection): boolean =>
  c.reply.src !== c.original.dst || c.reply.sport !== c.original.dport;

/** Gives a packet the addresses that its connection's translations say, of one kind of manipulation. */
export function translate(packet: Packet, what: 'src' | 'dst'): Packet {
  const connection = connectionOf(packet);
  if (connection === undefined) return packet;
  const { original, reply } = connection;
  if (!packet.tracked?.reply) {
    if (what === 'dst' && destinationTranslated(connection))
      return { ...packet, dst: reply.src, dport: reply.sport };
    if (what === 'src' && sourceTranslated(connection))
      return { ...packet, src: reply.dst, sport: reply.dport };
    return packet;
  }
  // An answer: the source translation is undone at its destination, and the other way round.
  if (what === 'dst' && sourceTranslated(connection))
    return { ...packet, dst: original.src, dport: original.sport };
  if (what === 'src' && destinationTranslated(connection))
    return { ...packet, src: original.dst, sport: original.dport };
  return packet;
}
