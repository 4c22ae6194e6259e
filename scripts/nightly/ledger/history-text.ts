// The history of every check, for people: what needs looking at first, what always passes as a number. Pure.
import { PLAIN, type Terminal } from '../../../infra/report/paint.ts';
import { count } from '../../../infra/report/words.ts';
import type { Classified, HistoryClass } from './classify.ts';
import { CLASSES } from './classify.ts';
import type { Series } from './series.ts';

/** A series and what has been made of it. */
export interface HistoryRow {
  readonly series: Series;
  readonly classified: Classified;
}

const TITLES: Readonly<Record<HistoryClass, string>> = {
  fails: 'Fails in every run since',
  flaky: 'Flaky: passes and fails with the same commit',
  slow: 'Slow to converge',
  environment: 'Could not be run',
  inconclusive: 'Inconclusive',
  mended: 'Passes in every run since',
  passes: 'Passes in every run',
  gone: 'Not asked any more',
};

/** Without a trailing newline. */
export function historyText(rows: readonly HistoryRow[], terminal: Terminal = PLAIN): string {
  if (rows.length === 0) return 'The ledger is empty: no night has been written into it.';
  const groups = CLASSES.flatMap((name) => {
    const found = rows.filter(({ classified }) => classified.class === name);
    return found.length === 0 ? [] : [{ name, found }];
  });
  const sections = groups
    .filter(({ name }) => name !== 'passes')
    .map(({ name, found }) => {
      const lines = found.map((row) => `  ${rowText(row)}`);
      return [terminal.paint('bold', `${TITLES[name]} (${found.length})`), ...lines].join('\n');
    });
  const passing = rows.filter(({ classified }) => classified.class === 'passes').length;
  const nights = new Set(rows.flatMap(({ series }) => series.nights.map(({ night }) => night)));
  const rest = `${passing} of ${rows.length} labs, experiments and checks pass in every run, in ${count(nights.size, 'night')}`;
  return [...sections, rest].join('\n\n');
}

function rowText({ series, classified: { since, regression, why } }: HistoryRow): string {
  const { machine, lab, backend, experiment, check, nights } = series;
  const what = [experiment ?? 'the lab itself', ...(check === undefined ? [] : [check])].join(', ');
  const runs = nights.reduce((sum, night) => sum + night.runs.length, 0);
  const began = since === undefined ? '' : `since ${since}${regression ? ' (regression)' : ''}: `;
  return `${lab} on ${backend}, ${machine}: ${what}\n    ${began}${why}; ${count(runs, 'run')} in ${count(nights.length, 'night')}`;
}
