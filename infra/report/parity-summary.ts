// What a parity table comes to, in one line.
import type { Parity, ParityRow, RowState } from '../parity/compare-parity.ts';
import { count } from './words.ts';

/** Such as `43 of 44 checks pass on netns, kind · 1 explained`. */
export function paritySummary({ backends, rows, stale }: Parity): string {
  const checks = rows.filter(({ check }) => check !== undefined);
  const passed = checks.filter(passesEverywhere).length;
  const number = (state: RowState) => rows.filter((row) => row.state === state && !onlyFollows(row)).length;
  const rest = [
    [checks.filter((row) => row.state === 'agrees' && !passesEverywhere(row)).length, 'recorded alike'],
    [number('explained'), 'explained'],
    [number('difference'), 'not explained'],
    [number('failure'), 'failing everywhere'],
    [number('unknown'), 'not to be known anywhere'],
    [stale.length, stale.length === 1 ? 'explanation too many' : 'explanations too many'],
  ] as const;
  return [
    `${passed} of ${count(checks.length, 'check')} ${passed === 1 ? 'passes' : 'pass'} on ${backends.join(', ')}`,
    ...rest.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`),
  ].join(' · ');
}

function passesEverywhere({ cells }: ParityRow): boolean {
  return Object.values(cells).every(({ outcome }) => outcome === 'pass');
}

/** The experiment's own row has been counted. */
function onlyFollows({ cells }: ParityRow): boolean {
  return Object.values(cells).every(({ outcome, follows }) => outcome === 'pass' || follows);
}
