// Learning experiments must speak of hosts, tables, columns and taps that there are, and wait for what can be seen.
import {
  type Context,
  checkForget,
  checkMatcher,
  checkObserved,
  checkSteps,
  checkTapName,
  checkTaps,
  checkTraffic,
} from './check-parts.ts';
import type { Path } from './problem.ts';
import type { Matcher, RawExperiment } from './schema.ts';
import { suggest } from './suggest.ts';
import { learningColumns } from './tables.ts';

type Learning = Extract<RawExperiment, { kind: 'learning' }>;
type Row = Readonly<Record<string, Matcher>>;

const WORDS = {
  table: ['fdb', 'neighbours', 'conntrack'],
  change: ['added', 'removed', 'changed'],
} as const;

export function checkLearning(experiment: Learning, path: Path, context: Context): void {
  const { taps, ping, checks, waitFor } = experiment;
  if (taps !== undefined) checkTaps(taps, [...path, 'taps'], context);
  else if (!context.hosts.pods.has(ping.from) && !context.hosts.pods.has(ping.to))
    context.report.at(
      [...path, 'ping'],
      'taps are chosen around a pod, and this ping has none at either end',
      'name the interfaces to listen at: taps: [{ name: …, at: <node or pod>, dev: … }]',
    );
  checkForget(experiment.forget, path, context);
  checkSteps(experiment.before, [...path, 'before'], context);
  checkSteps(experiment.cleanup, [...path, 'cleanup'], context);
  checkTraffic(ping, [...path, 'ping'], context);
  waitFor.forEach((row, i) => {
    const at = [...path, 'waitFor', i];
    checkMatcher(row, at, context);
    checkRow(row, 'changes', at, context);
    if (row.table === 'conntrack')
      context.report.at(
        [...at, 'table'],
        'connections are read before and after, not watched: nothing can wait for one',
        'wait for a change of fdb or neighbours',
      );
  });
  const names = taps?.map((tap) => tap.name);
  checks.forEach((check, c) => {
    const at = [...path, 'checks', c];
    checkObserved(check, 'learning', at, context);
    const { select, where = {} } = check;
    if (select === 'changes' || select === 'bridged') checkRow(where, select, [...at, 'where'], context);
    for (const key of ['tap', 'in'])
      if (names !== undefined) checkTapName(where[key], names, [...at, 'where', key], context);
  });
}

function checkRow(
  row: Row,
  select: keyof typeof learningColumns,
  path: Path,
  { hosts, report }: Context,
): void {
  const columns: readonly string[] = learningColumns[select];
  for (const key of Object.keys(row))
    if (!key.startsWith('$') && !columns.includes(key))
      report.at(
        [...path, key],
        `"${select}" has no column "${key}"`,
        suggest(key, columns, 'columns'),
        'key',
      );
  if (typeof row.host === 'string') hosts.checkHost(row.host, [...path, 'host']);
  for (const key of ['table', 'change'] as const) {
    const [word, known] = [row[key], WORDS[key] as readonly string[]];
    if (typeof word === 'string' && !known.includes(word))
      report.at([...path, key], `no ${key} is called "${word}"`, suggest(word, known, `${key}s`));
  }
}
