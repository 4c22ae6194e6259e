// How verdicts add up.
import type { Verdict } from './result.ts';

const WORST_FIRST: readonly Verdict[] = ['fail', 'inconclusive', 'pass'];

/** fail beats inconclusive beats pass. Of none: pass, so ask only about what asserted something. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  const seen = new Set(verdicts);
  return WORST_FIRST.find((verdict) => seen.has(verdict)) ?? 'pass';
}
