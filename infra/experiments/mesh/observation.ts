// What a mesh observed: every pair, those that are not whole, and how many are between each two nodes.

import type { Pair } from './pairs.ts';
import type { Echoes } from './parse-echoes.ts';

export interface PairSeen extends Echoes {
  readonly from: string;
  readonly to: string;
  readonly fromNode: string;
  readonly toNode: string;
  /** Of the last time that it was asked; so many, too, where there was no address to ask. */
  readonly transmitted: number;
  /** How often it was asked: once, unless it was not answered and there was patience; 0 without an address. */
  readonly attempts: number;
}

/** Pairs from one node to another, or to itself. */
export interface NodePair {
  readonly from: string;
  readonly to: string;
  /** Pairs. */
  readonly asked: number;
  /** Pairs of which every request was answered. */
  readonly answered: number;
}

export interface MeshObservation {
  /** Pairs. */
  readonly asked: number;
  /** Pairs of which every request was answered. */
  readonly answered: number;
  readonly pairs: readonly PairSeen[];
  /** Those of `pairs` with a request that was not answered. */
  readonly unanswered: readonly PairSeen[];
  readonly byNode: readonly NodePair[];
  /** Of each pair's shortest round trip, ms; absent when there is none. */
  readonly rtt?: { readonly minMs: number; readonly medianMs: number; readonly maxMs: number };
}

export function pairSeen(
  { from, to }: Pair,
  echoes: Echoes,
  transmitted: number,
  attempts: number,
): PairSeen {
  const place = { from: from.name, to: to.name, fromNode: from.node, toNode: to.node };
  return { ...place, attempts, transmitted, ...echoes };
}

export function meshObservation(pairs: readonly PairSeen[]): MeshObservation {
  const unanswered = pairs.filter(({ received, transmitted }) => received < transmitted);
  const byNode = new Map<string, { from: string; to: string; asked: number; answered: number }>();
  for (const { fromNode: from, toNode: to, received, transmitted } of pairs) {
    const key = `${from} ${to}`;
    const cell = byNode.get(key) ?? { from, to, asked: 0, answered: 0 };
    cell.asked++;
    if (received === transmitted) cell.answered++;
    byNode.set(key, cell);
  }
  const times = pairs.flatMap(({ rttMs }) => (rttMs === undefined ? [] : [rttMs])).toSorted((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] as number;
  return {
    asked: pairs.length,
    answered: pairs.length - unanswered.length,
    pairs,
    unanswered,
    byNode: [...byNode.values()],
    ...(times.length > 0 && { rtt: { minMs: at(0), medianMs: at(0.5), maxMs: at(1) } }),
  };
}
