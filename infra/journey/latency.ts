// How long packets took from one tap to the next, over a whole series.

export interface Latency {
  /** Packets seen at both places whose stamps differ. */
  readonly samples: number;
  /** Packets with the same stamp at both: the kernel stamped them once, so nothing is known of the time between. */
  readonly sameStamp: number;
  /** ns; absent without samples. */
  readonly min?: number;
  readonly median?: number;
  readonly p99?: number;
}

/** @param deltas ns from the one to the other, one for each packet; 0 for the same stamp */
export function latencyOf(deltas: readonly number[]): Latency {
  const sorted = deltas.filter((ns) => ns !== 0).sort((a, b) => a - b);
  const sameStamp = deltas.length - sorted.length;
  if (sorted.length === 0) return { samples: 0, sameStamp };
  const [min, median, p99] = [sorted[0], percentile(sorted, 50), percentile(sorted, 99)] as number[];
  return { samples: sorted.length, sameStamp, ...{ min, median, p99 } } as Latency;
}

/** Nearest rank: a value that was measured, never one between two. */
function percentile(sorted: readonly number[], percent: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}
