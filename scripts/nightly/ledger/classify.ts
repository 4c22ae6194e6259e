// What the nights say of a check: passes, fails since, flaky, slow to converge, inconclusive. docs/nightly.md defines each. Pure.
import type { Outcome, Series, SeriesNight, SeriesRun } from './series.ts';

export const CLASSES = [
  'fails',
  'flaky',
  'slow',
  'environment',
  'inconclusive',
  'mended',
  'passes',
  'gone',
] as const;
export type HistoryClass = (typeof CLASSES)[number];

export interface Classified {
  readonly class: HistoryClass;
  /** Of `fails` and `mended`: the first night of those that are all alike up to now. */
  readonly since?: string;
  /** Of `fails`: a night before passed, so that something has become worse. */
  readonly regression?: boolean;
  /** Of `flaky`: the source with which it both passed and failed. Of a regression: the one that still passed, if it is the same. */
  readonly source?: string;
  /** What happened, in a few words. */
  readonly why: string;
}

/** Fewer passes than this do not say what is usual. */
const ENOUGH = 3;
/** So much longer than usual is unusual: a factor, and ms beyond, so that neither a busy moment nor a short wait counts. */
const UNUSUAL = { factor: 2, beyondMs: 1000 };

export function classify({ nights, gone }: Series): Classified {
  if (gone) return { class: 'gone', why: 'its lab has been run without it since' };
  const decided = nights.filter((night) => night.runs.some(({ outcome }) => outcome !== 'open'));
  const failing = trailing(decided, (outcome) => outcome === 'fail');
  const flaky = flakySource(decided);
  const [firstFailing] = failing;
  if (firstFailing && !isFlaky(decided, decided.at(-1)?.source))
    return failsSince(decided, failing, firstFailing);
  if (flaky !== undefined)
    return { class: 'flaky', source: flaky, why: `${counts(decided)}, with commit ${flaky} both` };
  const slow = slowness(decided.flatMap(({ runs }) => runs));
  if (slow !== undefined) return { class: 'slow', why: slow };
  const open = nights.flatMap(({ runs }) => runs).filter(({ outcome }) => outcome === 'open');
  if (open.length > 0) return openness(open, nights);
  const since = trailing(decided, passed)[0]?.night;
  if (since !== undefined && since !== decided[0]?.night)
    return { class: 'mended', since, why: 'it failed with an older source' };
  return { class: 'passes', why: '' };
}

/** Seen to work, sooner or later. */
function passed(outcome: Outcome): boolean {
  return outcome === 'pass' || outcome === 'late';
}

/** The last nights of which every decided run is so. */
function trailing(
  decided: readonly SeriesNight[],
  is: (outcome: Outcome) => boolean,
): readonly SeriesNight[] {
  const first = decided.findLastIndex((night) => outcomes(night).some((outcome) => !is(outcome)));
  return decided.slice(first + 1);
}

/** The newest source that is flaky. */
function flakySource(decided: readonly SeriesNight[]): string | undefined {
  return decided.findLast(({ source }) => isFlaky(decided, source))?.source;
}

/**
 * With this source it both passed and failed, in one night, or it passed in a night after one in which it failed. Nights
 * that all passed and then nights that all fail are one change of something, not chance.
 */
function isFlaky(decided: readonly SeriesNight[], source: string | undefined): boolean {
  let failed = false;
  for (const night of decided.filter((one) => one.source === source)) {
    const all = outcomes(night);
    const fails = all.includes('fail');
    if ((fails || failed) && all.some(passed)) return true;
    failed ||= fails;
  }
  return false;
}

function failsSince(
  decided: readonly SeriesNight[],
  failing: readonly SeriesNight[],
  first: SeriesNight,
): Classified {
  const before = decided[decided.length - failing.length - 1];
  const base = { class: 'fails', since: first.night } as const;
  if (!before) return { ...base, regression: false, why: 'it has never passed in these nights' };
  if (before.source !== first.source) return { ...base, regression: true, why: 'it passed before' };
  return {
    ...base,
    regression: true,
    source: first.source,
    why: 'it passed before with the same commit: what has changed is not in the repository',
  };
}

function slowness(runs: readonly SeriesRun[]): string | undefined {
  const late = runs.filter(({ outcome }) => outcome === 'late').length;
  if (late > 0) return `failed in up and passed in verify in ${late} of ${runs.length} runs`;
  const passes = runs.filter(({ outcome }) => outcome === 'pass');
  for (const [index, { line }] of passes.entries()) {
    const before = passes.slice(0, index).map((one) => one.line);
    const attempts = usual(before.flatMap((one) => one.attempts ?? []));
    if (attempts !== undefined && line.attempts !== undefined && line.attempts > attempts)
      return `took ${line.attempts} attempts in night ${line.night}, usually ${attempts}`;
    const wait = usual(before.flatMap((one) => one.waitMs ?? []));
    if (wait === undefined || line.waitMs === undefined) continue;
    if (line.waitMs > wait * UNUSUAL.factor && line.waitMs > wait + UNUSUAL.beyondMs)
      return `waited ${seconds(line.waitMs)} in night ${line.night}, usually ${seconds(wait)}`;
  }
  return undefined;
}

/** The median; undefined where there is too little to say. */
function usual(values: readonly number[]): number | undefined {
  return values.length < ENOUGH
    ? undefined
    : values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

function openness(open: readonly SeriesRun[], nights: readonly SeriesNight[]): Classified {
  const all = nights.reduce((sum, { runs }) => sum + runs.length, 0);
  const { reason = 'no reason is on record' } = open.at(-1)?.line ?? {};
  const environment = open.some(({ line }) => line.verdict === 'environment');
  return {
    class: environment ? 'environment' : 'inconclusive',
    why: `${open.length} of ${all} runs: ${reason}`,
  };
}

function outcomes({ runs }: SeriesNight): readonly Outcome[] {
  return runs.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'open');
}

/** Such as `2 of 6 runs failed`. */
function counts(decided: readonly SeriesNight[]): string {
  const all = decided.flatMap(outcomes);
  return `${all.filter((outcome) => outcome === 'fail').length} of ${all.length} runs failed`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
