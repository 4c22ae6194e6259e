// One packet: where it was to be seen beside where it was seen, hop by hop.

import type { Decision, Rule } from '../predict/hop.ts';
import { decisionWords } from '../predict/steps.ts';
import { type Headers, headerDifferences, predictedHeaders, rewrites } from './headers.ts';
import { type Place, placeName } from './place.ts';
import type { ExpectedHop } from './steps.ts';

/** One packet at one tap. */
export interface SeenHop extends Place {
  /** Time stamp, ns since the epoch. */
  readonly ns: bigint;
  /** Which clock that is by; absent for the sender's. */
  readonly clock?: string;
  readonly headers: Headers;
}

/**
 * `as-predicted`; `different`: seen there, with other headers or at a time that contradicts the way; `missing`: not seen
 * though a tap was there; `unpredicted`: seen, and not predicted; `untapped`: no tap can be there.
 */
export type HopStatus = 'as-predicted' | 'different' | 'missing' | 'unpredicted' | 'untapped';

export interface ComparedHop extends Place {
  readonly status: HopStatus;
  /** In words, each with its place; empty when as predicted. */
  readonly differences: readonly string[];
  /** Into the host or out of it; absent for what was not predicted. */
  readonly direction?: 'in' | 'out';
  readonly predicted?: Headers;
  readonly seen?: Headers;
  readonly ns?: bigint;
  /** As in `SeenHop`. */
  readonly clock?: string;
  /** Index of the hop that it comes from. */
  readonly after?: number;
  /** How many floods it is a copy of. */
  readonly depth: number;
  /** What was changed since the hop that it comes from: as seen, or else as predicted. */
  readonly rewrites: readonly string[];
  /** What brought it here, in words, and the rows of kernel state that decided. */
  readonly why: readonly string[];
  readonly rules: readonly Rule[];
}

/**
 * @param seen by time; several of one place are taken in their order, those that look as predicted first
 * @param tapped names of the places where taps were
 */
export function compareHops(
  expected: readonly ExpectedHop[],
  seen: readonly SeenHop[],
  tapped: ReadonlySet<string>,
): readonly ComparedHop[] {
  const matches = match(expected, seen);
  const hops: ComparedHop[] = [];
  expected.forEach(({ hop, after, depth }, index) => {
    const place = { host: hop.host, dev: hop.interface };
    const predicted = predictedHeaders(hop);
    const match = matches.get(index);
    const before = after === undefined ? undefined : hops[after];
    const differences = match
      ? [
          ...headerDifferences(predicted, match.headers).map((words) => `${placeName(place)}: ${words}`),
          ...outOfOrder(lastSighted(hops, after, match), match),
        ]
      : tapped.has(placeName(place))
        ? [`${placeName(place)}: predicted, not seen`]
        : [];
    const now = match?.headers ?? predicted;
    const then = before?.seen ?? before?.predicted;
    hops.push({
      ...place,
      status: match
        ? differences.length > 0
          ? 'different'
          : 'as-predicted'
        : tapped.has(placeName(place))
          ? 'missing'
          : 'untapped',
      differences,
      direction: hop.direction,
      predicted,
      ...(match && { seen: match.headers, ns: match.ns, ...clockOf(match) }),
      ...(after !== undefined && { after }),
      depth,
      rewrites: then === undefined ? [] : rewrites(then, now),
      ...reasons(hop.decisions),
    });
  });
  const used = new Set(matches.values());
  for (const extra of seen) if (!used.has(extra)) hops.push(unpredicted(extra));
  return hops;
}

/**
 * The nearest hop on the way to here that was seen.
 * @param at index of the hop before
 * @param by the clock that it has to be stamped by; any when absent
 */
export function lastSighted<
  H extends { readonly ns?: bigint; readonly clock?: string; readonly after?: number },
>(hops: readonly H[], at: number | undefined, by?: { readonly clock?: string }): H | undefined {
  let index = at;
  const passes = (hop: H | undefined) =>
    hop?.ns === undefined || (by !== undefined && hop.clock !== by.clock);
  while (index !== undefined && passes(hops[index])) index = hops[index]?.after;
  return index === undefined ? undefined : hops[index];
}

/** Those whose headers agree find each other first; what is left is taken in order. */
function match(expected: readonly ExpectedHop[], seen: readonly SeenHop[]): Map<number, SeenHop> {
  const free = Map.groupBy(seen, placeName);
  const found = new Map<number, SeenHop>();
  for (const exactly of [true, false]) {
    expected.forEach(({ hop }, index) => {
      if (found.has(index)) return;
      const here = free.get(placeName({ host: hop.host, dev: hop.interface })) ?? [];
      const at = exactly
        ? here.findIndex(({ headers }) => headerDifferences(predictedHeaders(hop), headers).length === 0)
        : 0;
      const [sighting] = at < 0 ? [] : here.splice(at, 1);
      if (sighting) found.set(index, sighting);
    });
  }
  return found;
}

function unpredicted(extra: SeenHop): ComparedHop {
  const { host, dev, headers, ns } = extra;
  return {
    ...{ host, dev, ns, ...clockOf(extra), seen: headers },
    ...{ status: 'unpredicted', differences: [`${placeName(extra)}: seen, not predicted`] },
    ...{ depth: 0, rewrites: [], why: [], rules: [] },
  };
}

const clockOf = ({ clock }: SeenHop) => clock !== undefined && { clock };

/**
 * Equal stamps contradict nothing: the kernel stamps a frame once for a bridge port and its bridge.
 * @param before stamped by the same clock: another's stamps contradict nothing either
 */
function outOfOrder(before: ComparedHop | undefined, { ns, ...place }: SeenHop): string[] {
  if (before?.ns === undefined || before.ns <= ns) return [];
  const early = Number(before.ns - ns) / 1000;
  return [`${placeName(place)}: seen ${early} µs before ${placeName(before)}, which it comes from`];
}

function reasons(decisions: readonly Decision[]) {
  return {
    why: decisionWords(decisions),
    rules: decisions.flatMap(({ rule }) => (rule === undefined ? [] : [rule])),
  };
}
