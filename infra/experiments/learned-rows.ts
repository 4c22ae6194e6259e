// What was learned, and how frames crossed bridges, as a lab's checks see it: one row a change, one row a frame.
import { carried, destination, kindOf, source } from '../observe/identity.ts';
import { type Candidate, type Cause, framesIn } from '../observe/learning/causes.ts';
import type { Crossing, TapPlace } from '../observe/learning/crossings.ts';
import { LEARNED_TABLES } from '../observe/learning/learned-tables.ts';
import type { Transition } from '../observe/learning/transitions.ts';
import type { Packet } from '../observe/packets/packet.ts';
import type { Json } from './result.ts';
import { toJson } from './to-json.ts';

/** What times and places in rows are told by. */
export interface Telling {
  /** Stamp of the capture's first packet, ns since the epoch. */
  readonly startNs: bigint;
  /** Place of a packet at its tap. */
  readonly index: ReadonlyMap<Packet, number>;
  readonly taps: readonly TapPlace[];
}

/** A change without its cause: what can be waited for while it happens. */
export function changeRow(transition: Transition): { readonly [key: string]: Json } {
  const { host, table, change, before, after, aged, eventNs } = transition;
  const row = after ?? before;
  const was = change === 'changed' ? before : undefined;
  return toJson({
    host,
    table,
    change,
    text: row && lineOf(transition, row),
    ...row,
    was,
    aged,
    seenBy: table === 'conntrack' || eventNs === undefined ? 'reading' : 'event',
  }) as { readonly [key: string]: Json };
}

export function learnedRow(
  transition: Transition,
  { by, perhaps, why }: Cause,
  crossings: readonly Crossing[],
  telling: Telling,
): Json {
  const { eventNs } = transition;
  const last = lastFrame(transition, crossings);
  return toJson({
    ...changeRow(transition),
    ns: eventNs === undefined ? undefined : Number(eventNs - telling.startNs),
    causedBy: by === undefined ? null : { ...packetRef(by, telling), delayNs: since(by, eventNs) },
    ...(perhaps.length > 0 && { perhaps: perhaps.map((one) => packetRef(one, telling)) }),
    why,
    lastFrame: last && { ...packetRef(last, telling), silentNs: since(last, eventNs) },
  });
}

export function crossingRow(
  { host, bridge, inDev, outDevs, first, path, ...flood }: Crossing,
  telling: Telling,
): Json {
  const name = (dev: string) => telling.taps.find((tap) => tap.host === host && tap.dev === dev)?.name ?? dev;
  const { packet, seq } = path;
  const { eth, ns } = first.packet;
  const frame = carried(first.packet);
  return toJson({
    packet,
    seq,
    ns: Number(ns - telling.startNs),
    host,
    bridge,
    in: name(inDev),
    out: telling.taps.flatMap((tap) => (tap.host === host && outDevs.includes(tap.dev) ? [tap.name] : [])),
    ...(flood.flooded !== undefined && { flooded: flood.flooded }),
    ...(flood.unclear !== undefined && { unclear: flood.unclear }),
    ethSrc: eth?.src,
    ethDst: eth?.dst,
    src: source(frame),
    dst: destination(frame),
  });
}

/** Of a forwarding entry that went: the last frame that had kept it fresh. */
function lastFrame(transition: Transition, crossings: readonly Crossing[]): Candidate | undefined {
  if (transition.table !== 'fdb' || transition.change !== 'removed') return undefined;
  const { host, before, untilNs } = transition;
  return framesIn(crossings, host, before?.dev, before?.mac).findLast(({ packet }) => packet.ns <= untilNs);
}

function packetRef({ tap, packet }: Candidate, { startNs, index }: Telling) {
  const frame = carried(packet);
  return {
    tap,
    index: index.get(packet),
    packet: kindOf(frame),
    seq: frame.icmp?.seq,
    ns: Number(packet.ns - startNs),
  };
}

function since({ packet }: Candidate, eventNs: bigint | undefined): number | undefined {
  return eventNs === undefined ? undefined : Number(eventNs - packet.ns);
}

function lineOf({ table }: Transition, row: NonNullable<Transition['after']>): string {
  return (LEARNED_TABLES[table].line as (row: unknown) => string)(row);
}
