// Cycles of a soak → what is said of them. Pure.
import { renderTable } from '../../infra/report/table.ts';
import { median } from '../bench/statistics.ts';
import type { Cycle } from './cycle.ts';
import type { Sample } from './sample.ts';

export interface Soaked {
  readonly cycles: readonly Cycle[];
  /** What was wrong at the very end, when everything was down. */
  readonly left: readonly string[];
}

/** What is looked at for growth: name, unit, and how it is read. */
const GROWING: readonly (readonly [what: string, of: (sample: Sample) => number])[] = [
  ['processes', ({ processes }) => processes],
  ['descriptors', ({ descriptors }) => descriptors],
  ['memory of the processes, MB', ({ memory }) => memory],
  ['files', ({ files }) => files],
  ['their size, kB', ({ kilobytes }) => kilobytes],
  ['files of the engine’s history', ({ history }) => history],
];

/** Cycles at either end that stand for it: a tenth, three at least. */
function ends(cycles: readonly Cycle[]): readonly [readonly Sample[], readonly Sample[]] {
  const samples = cycles.flatMap(({ sample }) => (sample ? [sample] : []));
  const many = Math.min(Math.max(3, Math.floor(samples.length / 10)), samples.length);
  return [samples.slice(0, many), samples.slice(samples.length - many)];
}

/** A table a lab: medians at the beginning and at the end. */
export function soakText({ cycles, left }: Soaked): string {
  const labs = [...Map.groupBy(cycles, ({ lab }) => lab)];
  const rows = labs.flatMap(([lab, own]) => {
    const [first, last] = ends(own);
    return GROWING.map(([what, of], index) => {
      const [before, after] = [median(first.map(of)), median(last.map(of))];
      return [index === 0 ? lab : '', what, number(before), number(after)];
    });
  });
  const right = (header: string) => ({ header, align: 'right' }) as const;
  const failed = cycles.filter(({ problems }) => problems.length > 0);
  const lines = labs.map(([lab, own]) => {
    const well = own.filter(({ problems }) => problems.length === 0);
    const afresh = own.filter(({ how }) => how === 'afresh');
    return `${lab}: ${well.length} of ${own.length} rebuilds without a flake, ${afresh.length} of them a down and an up; ${median(own.map(({ seconds }) => seconds)).toFixed(1)} s each (median)`;
  });
  return [
    ...lines,
    '',
    renderTable(['LAB', 'WHAT', right('FIRST TENTH'), right('LAST TENTH')], rows, {}),
    '',
    ...failed.flatMap(({ lab, number: n, problems }) => problems.map((problem) => `${lab} ${n}: ${problem}`)),
    left.length === 0 ? 'Nothing is left.' : ['Left at the end:', ...left].join('\n  '),
  ].join('\n');
}

/** Whether nothing failed and nothing is left. */
export function isClean({ cycles, left }: Soaked): boolean {
  return left.length === 0 && cycles.every(({ problems }) => problems.length === 0);
}

function number(value: number): string {
  return Number.isInteger(value) ? `${value}` : value.toFixed(1);
}
