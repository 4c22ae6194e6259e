// Results of all pairs → the figures that are kept and printed. Pure.
import type { PairResult } from './run-cases.ts';

/** Numbers of pairs: one network, one version, one set of plugins, on both sides. */
export interface Counts {
  readonly pairs: number;
  /** Pairs in which every step was the same, as it is. */
  readonly same: number;
  /** The others, when each of their differences is argued. */
  readonly argued: number;
  /** Pairs with a difference that nobody has argued. */
  readonly unexplained: number;
  readonly steps: number;
  /** Steps without any difference. */
  readonly sameSteps: number;
}

/** What a run was made with. */
export interface Setting {
  readonly machine: string;
  readonly kernel: string;
  readonly cnitool: string;
  /** Set of plugins → its name for people. */
  readonly sets: Readonly<Record<string, string>>;
}

/** A run as it is kept. */
export interface Run extends Setting {
  /** Day of the latest pair. */
  readonly date: string;
  readonly pairs: readonly PairResult[];
}

export interface Figures extends Setting {
  readonly date: string;
  readonly total: Counts;
  readonly bySet: Readonly<Record<string, Counts>>;
  /** Argued difference → steps in which it was met. */
  readonly met: Readonly<Record<string, number>>;
  /** Case → set of plugins → version → what ADD did on both sides: "ok", or why not. */
  readonly adds: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
}

export function countPairs(results: readonly PairResult[]): Counts {
  const steps = results.flatMap((result) => result.steps);
  const unexplained = results.filter(({ steps }) => steps.some((step) => step.unexplained.length > 0)).length;
  const same = results.filter(({ steps }) =>
    steps.every((step) => step.unexplained.length + step.argued.length === 0),
  ).length;
  return {
    pairs: results.length,
    same,
    argued: results.length - same - unexplained,
    unexplained,
    steps: steps.length,
    sameSteps: steps.filter((step) => step.unexplained.length + step.argued.length === 0).length,
  };
}

/** What was run takes the place of what was kept of the same pairs. @returns undefined when that had another setting */
export function mergeRuns(kept: Run | undefined, now: Run): Run | undefined {
  if (!kept) return now;
  const settingOf = ({ machine, kernel, cnitool, sets }: Run) =>
    JSON.stringify([machine, kernel, cnitool, sets]);
  if (settingOf(kept) !== settingOf(now)) return undefined;
  const nameOf = (pair: PairResult) => `${pair.case} ${pair.version} ${pair.plugins}`;
  const names = new Set(now.pairs.map(nameOf));
  const pairs = [...kept.pairs.filter((pair) => !names.has(nameOf(pair))), ...now.pairs];
  return { ...now, pairs: pairs.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) };
}

export function figuresOf({ pairs: results, ...where }: Run): Figures {
  const met: Record<string, number> = {};
  for (const { steps } of results)
    for (const { argued } of steps) for (const id of argued) met[id] = (met[id] ?? 0) + 1;
  const adds: Record<string, Record<string, Record<string, string>>> = {};
  for (const { case: name, plugins, version, steps } of sorted(results)) {
    const add = steps.find(({ step }) => step === 'add');
    if (!add) continue;
    adds[name] ??= {};
    adds[name][plugins] ??= {};
    adds[name][plugins][version] = add.failure ?? 'ok';
  }
  const bySet = Map.groupBy(results, ({ plugins }) => plugins);
  return {
    ...where,
    total: countPairs(results),
    bySet: Object.fromEntries([...bySet].map(([set, some]) => [set, countPairs(some)])),
    met: Object.fromEntries(Object.entries(met).sort()),
    adds,
  };
}

function sorted(results: readonly PairResult[]): PairResult[] {
  return results.toSorted((a, b) => a.version.localeCompare(b.version));
}
