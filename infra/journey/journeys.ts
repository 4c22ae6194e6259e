// All packets of a series that took the same way are one journey: its hops, and how long each took.
import { type ComparedHop, type HopStatus, lastSighted } from './compare.ts';
import type { Headers } from './headers.ts';
import { type Latency, latencyOf } from './latency.ts';
import { type Place, placeName } from './place.ts';

/** One packet of the series, compared. */
export interface ComparedPacket {
  /** echo-request, echo-reply, arp-request or arp-reply. */
  readonly packet: string;
  /** Of the echo, or of the echo that the ARP was for. */
  readonly seq: number;
  /** How the prediction ends, in words; absent when nothing was predicted. */
  readonly end?: string;
  /** Whether the prediction covers its whole way. */
  readonly known: boolean;
  readonly hops: readonly ComparedHop[];
}

export interface JourneyHop extends Place {
  readonly status: HopStatus;
  readonly differences: readonly string[];
  readonly direction?: 'in' | 'out';
  readonly predicted?: Headers;
  readonly seen?: Headers;
  readonly after?: number;
  readonly depth: number;
  readonly rewrites: readonly string[];
  readonly why: readonly string[];
  /** Rows of kernel state that decided: `{host, table, line}`. */
  readonly rules: readonly { readonly host: string; readonly table: string; readonly line: string }[];
  /** From the nearest hop before it that was seen to here, over all packets of the journey. */
  readonly latency?: Latency;
  /** There is no latency, since the hop before it was stamped by another clock. */
  readonly otherClock?: true;
}

export interface Journey {
  readonly packet: string;
  /** Echo sequence numbers of the packets that went this way. */
  readonly seqs: readonly number[];
  /** Whether every hop is as predicted; null when the prediction does not cover the whole way. */
  readonly asPredicted: boolean | null;
  readonly end?: string;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  /** Where it was seen, in the order of the hops: `<host>/<interface>`. */
  readonly way: readonly string[];
  /** Its TTL at each place of the way; absent for ARP. */
  readonly ttls?: readonly number[];
  readonly hops: readonly JourneyHop[];
}

/** Packets are alike when their hops are, but for the times. In the order of the first packet of each. */
export function journeys(packets: readonly ComparedPacket[]): readonly Journey[] {
  const alike = Map.groupBy(packets, ({ packet, end, hops }) =>
    JSON.stringify([packet, end, hops], (key, value) =>
      key === 'ns' || key === 'rules' ? undefined : value,
    ),
  );
  return [...alike.values()].map(journeyOf);
}

function journeyOf(packets: readonly ComparedPacket[]): Journey {
  const [first] = packets as [ComparedPacket, ...ComparedPacket[]];
  const { first: begin, last: end } = seenEnds(first.hops);
  const seen = first.hops.filter((hop) => hop.seen !== undefined);
  const ttls = seen.flatMap((hop) => hop.seen?.ttl ?? []);
  return {
    packet: first.packet,
    seqs: packets.map(({ seq }) => seq),
    asPredicted: agreement(first),
    ...(first.end !== undefined && { end: first.end }),
    ...(begin && { firstSeen: placeName(begin) }),
    ...(end && { lastSeen: placeName(end) }),
    way: seen.map(placeName),
    ...(ttls.length > 0 && { ttls }),
    hops: first.hops.map(({ ns: _, clock: __, rules, ...hop }, index) => {
      const deltas = packets.flatMap(({ hops }) => delta(hops, index));
      return {
        ...hop,
        rules: rules.map(({ host, table, line }) => ({ host, table, line })),
        ...(deltas.length > 0 && { latency: latencyOf(deltas) }),
        ...(isOtherClock(first.hops, index) && { otherClock: true as const }),
      };
    }),
  };
}

/** False as soon as one hop is otherwise; null when nothing is, and there is more way than was predicted. */
export function agreement({ hops, known }: ComparedPacket): boolean | null {
  if (!known) return hops.some(({ status }) => status === 'different' || status === 'missing') ? false : null;
  return hops.every(({ status }) => status === 'as-predicted' || status === 'untapped');
}

function delta(hops: readonly ComparedHop[], index: number): number[] {
  const hop = hops[index];
  const before = lastSighted(hops, hop?.after);
  if (hop?.ns === undefined || before?.ns === undefined || hop.clock !== before.clock) return [];
  return [Number(hop.ns - before.ns)];
}

function isOtherClock(hops: readonly ComparedHop[], index: number): boolean {
  const hop = hops[index];
  const before = lastSighted(hops, hop?.after);
  return hop?.ns !== undefined && before !== undefined && hop.clock !== before.clock;
}

/** By the way it goes: stamps of copies are in an order of their own, and the kernel often stamps once for two taps. */
export function seenEnds(hops: readonly ComparedHop[]): { first?: ComparedHop; last?: ComparedHop } {
  const seen = hops.filter(({ ns }) => ns !== undefined);
  const [first] = seen;
  const last = seen.at(-1);
  return { ...(first && { first }), ...(last && { last }) };
}
