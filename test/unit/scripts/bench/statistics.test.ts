// A figure must not depend on the order in which it was measured, nor on one bad round.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, summarize } from '../../../../scripts/bench/statistics.ts';

const samples = fc.array(
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 1000 + 0),
  {
    minLength: 1,
  },
);

describe('the median', () => {
  it('is the middle one, or the mean of the two in the middle', () => {
    expect(median([3])).toBe(3);
    expect(median([9, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 100])).toBe(3);
  });

  it('is not moved by one wild sample', () => {
    expect(median([1.1, 1.0, 1.2, 1.1, 60])).toBe(1.1);
  });

  it('has as many samples above it as below it', () => {
    fc.assert(
      fc.property(samples, (all) => {
        const middle = median(all);
        const below = all.filter((value) => value < middle).length;
        const above = all.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(all.length / 2);
      }),
    );
  });

  it('of nothing is an error, not a zero that would meet every goal', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe('a summary', () => {
  it('does not depend on the order', () => {
    fc.assert(
      fc.property(samples, (all) => {
        expect(summarize(all.toReversed())).toEqual(summarize(all));
      }),
    );
  });

  it('spans all samples', () => {
    expect(summarize([2, -1, 7])).toEqual({ median: 2, min: -1, max: 7 });
  });
});
