// Compares lists, in order and in any order, and says which element is missing, unexpected or out of place.
import type { Matcher } from '../../lab/schema.ts';
import type { Json } from '../result.ts';
import { type Difference, difference, rows, show } from './difference.ts';
import type { Compare } from './operator.ts';

/** Exactly these, in this order. */
export function matchList(
  compare: Compare,
  expected: readonly Matcher[],
  observed: readonly Json[],
  path: string,
): Difference[] {
  const fits = fitting(compare, expected, observed);
  if (expected.length === observed.length) {
    const wrong = expected.flatMap((_, index) => (fits(index, index) ? [] : [index]));
    if (wrong.length === 0) return [];
    const pairs = pairUp(wrong, wrong, fits);
    if (pairs.size === wrong.length) return misplaced(pairs, observed, path);
    const inStep = longestInStep(expected.length, observed.length, fits);
    if (wrong.length <= 2 * (expected.length - inStep.size)) {
      return wrong.flatMap((index) =>
        compare(expected[index] as Matcher, observed[index], `${path}[${index}]`),
      );
    }
  }
  const kept = longestInStep(expected.length, observed.length, fits);
  const wanted = expected.flatMap((_, index) => (kept.has(index) ? [] : [index]));
  const used = new Set(kept.values());
  const spare = observed.flatMap((_, index) => (used.has(index) ? [] : [index]));
  const moved = pairUp(wanted, spare, fits);
  return [
    ...misplaced(moved, observed, path),
    ...leftOver(
      compare,
      { expected, observed, path },
      wanted.filter((index) => !moved.has(index)),
      spare.filter((index) => ![...moved.values()].includes(index)),
    ),
  ];
}

/** Exactly these, in any order. */
export function matchUnordered(
  compare: Compare,
  expected: readonly Matcher[],
  observed: readonly Json[],
  path: string,
): Difference[] {
  const all = [...expected.keys()];
  const pairs = pairUp(all, [...observed.keys()], fitting(compare, expected, observed));
  const used = new Set(pairs.values());
  return leftOver(
    compare,
    { expected, observed, path },
    all.filter((index) => !pairs.has(index)),
    [...observed.keys()].filter((index) => !used.has(index)),
  );
}

/** "nearest is routes[0]: …" for an element that was looked for in vain, or what there is instead. */
export function nearest(
  compare: Compare,
  wanted: Matcher,
  observed: readonly Json[],
  path: string,
  among: readonly number[] = [...observed.keys()],
): string {
  if (among.length === 0) return `there ${observed.length === 0 ? 'are no rows' : 'is nothing else'}`;
  const fields = typeof wanted === 'object' && wanted !== null ? Object.keys(wanted).length : 1;
  const [best] = among
    .map((index) => compare(wanted, observed[index], `${path}[${index}]`))
    .sort((a, b) => a.length - b.length);
  return best !== undefined && best.length < fields
    ? `nearest is ${best.map((part) => part.message).join('; ')}`
    : `none of the ${rows(observed.length)} is near`;
}

type Fits = (expected: number, observed: number) => boolean;

/** Remembers what fits what: alignment asks more than once. */
function fitting(compare: Compare, expected: readonly Matcher[], observed: readonly Json[]): Fits {
  const known = new Map<number, boolean>();
  return (want, have) => {
    const key = want * observed.length + have;
    const before = known.get(key);
    if (before !== undefined) return before;
    const now = compare(expected[want] as Matcher, observed[have], '').length === 0;
    known.set(key, now);
    return now;
  };
}

/** Largest pairing of wanted with had (augmenting paths, as Kuhn's algorithm for bipartite matching): expected → observed. */
function pairUp(wanted: readonly number[], had: readonly number[], fits: Fits): Map<number, number> {
  const owner = new Map<number, number>();
  const place = (want: number, tried: Set<number>): boolean =>
    had.some((have) => {
      if (tried.has(have) || !fits(want, have)) return false;
      tried.add(have);
      const previous = owner.get(have);
      if (previous !== undefined && !place(previous, tried)) return false;
      owner.set(have, want);
      return true;
    });
  for (const want of wanted) place(want, new Set());
  return new Map([...owner].map(([have, want]) => [want, have]));
}

/** Longest common subsequence: expected → observed, both rising. */
function longestInStep(wanted: number, had: number, fits: Fits): Map<number, number> {
  const best = Array.from({ length: wanted + 1 }, () => new Uint32Array(had + 1));
  const at = (i: number, j: number) => best[i]?.[j] ?? 0;
  for (let i = wanted - 1; i >= 0; i--) {
    for (let j = had - 1; j >= 0; j--) {
      const line = best[i] as Uint32Array;
      line[j] = fits(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs = new Map<number, number>();
  for (let i = 0, j = 0; i < wanted && j < had; ) {
    if (fits(i, j)) pairs.set(i++, j++);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

function misplaced(
  pairs: ReadonlyMap<number, number>,
  observed: readonly Json[],
  path: string,
): Difference[] {
  return [...pairs]
    .sort(([a], [b]) => a - b)
    .map(([want, have]) => {
      const row = observed[have] as Json;
      return difference(
        `${path}[${have}]`,
        undefined,
        row,
        `out of order: ${show(row)} was expected at [${want}]`,
      );
    });
}

function leftOver(
  compare: Compare,
  lists: { expected: readonly Matcher[]; observed: readonly Json[]; path: string },
  missing: readonly number[],
  unexpected: readonly number[],
): Difference[] {
  const { expected, observed, path } = lists;
  return [
    ...missing.map((index) => {
      const wanted = expected[index] as Matcher;
      const hint = unexpected.length > 0 ? `; ${nearest(compare, wanted, observed, path, unexpected)}` : '';
      return difference(path, wanted, undefined, `missing: ${show(wanted)}${hint}`);
    }),
    ...unexpected.map((index) => {
      const row = observed[index] as Json;
      return difference(`${path}[${index}]`, undefined, row, `unexpected: ${show(row)}`);
    }),
  ];
}
