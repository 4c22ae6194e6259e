// All pairs of sides, a few at a time.
import pLimit from 'p-limit';
import { type Compared, compareSides } from './compare.ts';
import { type ConformanceCase, VERSIONS } from './conformance-case.ts';
import { cnitoolDriver, ownDriver } from './driver.ts';
import { type Observed, observeSide } from './observe-side.ts';
import type { PluginSet } from './plugin-sets.ts';

export interface Pair {
  readonly one: ConformanceCase;
  readonly version: string;
  readonly set: PluginSet;
}

export interface PairResult {
  readonly case: string;
  readonly version: string;
  readonly plugins: PluginSet['id'];
  readonly steps: readonly Compared[];
}

/** What both sides were seen to do. */
export interface Sides {
  readonly theirs: readonly Observed[];
  readonly own: readonly Observed[];
}

export function pairsOf(
  cases: readonly ConformanceCase[],
  versions: readonly string[],
  sets: readonly PluginSet[],
): Pair[] {
  return cases.flatMap((one) =>
    (one.versions ?? VERSIONS)
      .filter((version) => versions.includes(version))
      .flatMap((version) => sets.map((set) => ({ one, version, set }))),
  );
}

export async function runPairs(
  pairs: readonly Pair[],
  cnitool: string,
  parallel: number,
  onResult: (result: PairResult, sides: Sides) => void = () => undefined,
): Promise<PairResult[]> {
  const limit = pLimit(parallel);
  const theirs = cnitoolDriver(cnitool);
  return Promise.all(
    pairs.map(({ one, version, set }) =>
      limit(async () => {
        const sides = await Promise.allSettled(
          [theirs, ownDriver].map((driver) => observeSide(driver, one, version, set.plugins)),
        );
        const [a = [], b = []] = sides.map((side) => (side.status === 'fulfilled' ? side.value : []));
        // A pair that could not be observed is no equal one.
        const failures = sides.flatMap((side) => (side.status === 'rejected' ? `${side.reason}` : []));
        const steps = failures.length > 0 ? [notObserved(failures)] : compareSides(one, a, b);
        const result = { case: one.name, version, plugins: set.id, steps };
        onResult(result, { theirs: a, own: b });
        return result;
      }),
    ),
  );
}

function notObserved(failures: readonly string[]): Compared {
  const [theirs, own] = failures;
  return { step: 'add', argued: [], unexplained: [{ path: ['not observed'], theirs, own }] };
}
