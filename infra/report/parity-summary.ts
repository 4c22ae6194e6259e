// What a parity table comes to, in one line.
import type { Parity } from '../parity/compare-parity.ts';
import { count } from './words.ts';

/** Such as `43 of 44 checks pass on netns and kind · 1 explained`. */
export function paritySummary({ backends, rows, stale }: Parity): string {
  const checks = rows.filter(({ check }) => check !== undefined);
  const passed = checks.filter(({ cells }) =>
    Object.values(cells).every(({ outcome }) => outcome === 'pass'),
  );
  const number = (state: string) => rows.filter((row) => row.state === state).length;
  const rest = [
    [number('explained'), 'explained'],
    [number('difference'), 'not explained'],
    [number('failure'), 'failing everywhere'],
    [number('unknown'), 'not to be known anywhere'],
    [stale.length, stale.length === 1 ? 'explanation too many' : 'explanations too many'],
  ] as const;
  return [
    `${passed.length} of ${count(checks.length, 'check')} ${passed.length === 1 ? 'passes' : 'pass'} on ${backends.join(', ')}`,
    ...rest.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`),
  ].join(' · ');
}
