// The ledger as series: every check of a lab on a backend of a machine, night by night. Pure.
import type { LedgerLine } from './line.ts';

/**
 * What a run says of a check. late: it failed in `up`, and passed in `verify` on the same lab. open: nothing is decided
 * (inconclusive, or the lab could not be run).
 */
export type Outcome = 'pass' | 'late' | 'fail' | 'open';

export interface SeriesRun {
  readonly outcome: Outcome;
  readonly line: LedgerLine;
}

export interface SeriesNight {
  readonly night: string;
  /** That of its commit, or its own where nobody can say which source was run. */
  readonly source: string;
  readonly runs: readonly SeriesRun[];
}

export interface Series {
  readonly machine: string;
  readonly lab: string;
  readonly backend: string;
  readonly experiment?: string;
  readonly check?: string;
  /** Oldest first; at most as many as were asked for. */
  readonly nights: readonly SeriesNight[];
  /** Its lab has been run without it since: it was renamed, or taken out. */
  readonly gone: boolean;
}

export function outcomeOf({ verdict, up, verify }: LedgerLine): Outcome {
  if (verdict === 'pass') return 'pass';
  if (verdict !== 'fail') return 'open';
  return up === 'fail' && verify === 'pass' ? 'late' : 'fail';
}

/** Whatever the order of the lines. A line that is there twice counts once. @param nights of each series, the last so many */
export function seriesOf(lines: readonly LedgerLine[], nights: number): readonly Series[] {
  const places = Map.groupBy(unique(lines), ({ machine, lab, backend }) => key(machine, lab, backend));
  const sorted = [...places].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([, ofPlace]) => {
    const last = lastNight(ofPlace.filter(({ experiment }) => experiment !== undefined));
    const groups = Map.groupBy(ofPlace, ({ experiment, check }) => key(experiment ?? '', check ?? ''));
    return [...groups.values()].flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const { machine, lab, backend, experiment, check } = first;
      const all = nightsOf(group);
      return {
        ...{ machine, lab, backend },
        ...(experiment !== undefined && { experiment }),
        ...(check !== undefined && { check }),
        nights: all.slice(-nights),
        gone: experiment !== undefined && (all.at(-1)?.night ?? '') < (last ?? ''),
      };
    });
  });
}

function nightsOf(lines: readonly LedgerLine[]): readonly SeriesNight[] {
  const byNight = [...Map.groupBy(lines, ({ night }) => night)].toSorted(([a], [b]) => time(a) - time(b));
  return byNight.map(([night, of]) => {
    const runs = of.toSorted((a, b) => time(a.date) - time(b.date) || a.repeat - b.repeat);
    const [{ commit, dirty }] = runs as [LedgerLine, ...LedgerLine[]];
    return {
      night,
      source: dirty || commit === UNKNOWN_COMMIT ? `${commit} as of ${night}` : commit,
      runs: runs.map((line) => ({ outcome: outcomeOf(line), line })),
    };
  });
}

/** For a checkout that is no Git repository. */
export const UNKNOWN_COMMIT = 'unknown';

function lastNight(lines: readonly LedgerLine[]): string | undefined {
  return lines
    .map(({ night }) => night)
    .toSorted((a, b) => time(a) - time(b))
    .at(-1);
}

/** Ledgers that have been put together may have a night twice. */
function unique(lines: readonly LedgerLine[]): readonly LedgerLine[] {
  const seen = new Map(
    lines.map((line) => {
      const { night, machine, lab, backend, repeat, experiment = '', check = '' } = line;
      return [key(night, machine, lab, backend, String(repeat), experiment, check), line];
    }),
  );
  return [...seen.values()];
}

const key = (...words: readonly string[]): string => JSON.stringify(words);
const time = (iso: string): number => Date.parse(iso);
