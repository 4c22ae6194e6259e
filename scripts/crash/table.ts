// Outcomes → moments × victims, and how to have each failure again. Pure.
import { renderTable } from '../../infra/report/table.ts';
import { count } from '../../infra/report/words.ts';
import type { Outcome } from './outcome.ts';
import { OPERATIONS, POINTS } from './points.ts';
import { VICTIMS } from './roles.ts';

const AT_RANDOM = '(any time)';

/** `7` of a cell: so many kills, all survived. `6/7`: one was not. `-`: none was tried. */
export function crashTable(outcomes: readonly Outcome[]): string {
  const kills = outcomes.filter(({ came }) => came !== 'missed');
  const moments = [...POINTS.map(({ name }) => name), AT_RANDOM];
  const rows = OPERATIONS.flatMap((operation) =>
    moments.flatMap((moment) => {
      const own = kills.filter((kill) => kill.operation === operation && momentOf(kill) === moment);
      const cells = VICTIMS.map((victim) => cell(own.filter((kill) => kill.victim === victim)));
      return own.length === 0 ? [] : [[operation, moment, ...cells]];
    }),
  );
  const columns = VICTIMS.map((victim) => ({ header: victim.toUpperCase(), align: 'right' }) as const);
  return `${renderTable(['WHILE', 'AT', ...columns], rows, { width: Number.POSITIVE_INFINITY })}\n\n${summary(outcomes)}`;
}

/** Last line for people, before it the failures and the words to have each again. */
export function summary(outcomes: readonly Outcome[]): string {
  const of = (came: Outcome['came']) => outcomes.filter((outcome) => outcome.came === came);
  const failed = of('failed').flatMap(({ name, wrong }) => [
    `failed  ${name}`,
    ...wrong.map((line) => `        ${line.replaceAll('\n', '\n        ')}`),
    `        again: npm run crash -- --only '${name}'`,
  ]);
  const kills = of('survived').length + of('failed').length;
  const missed = of('missed').length;
  const rest = missed === 0 ? '' : ` (${count(missed, 'time')} nobody was there to be killed)`;
  return [...failed, `${of('survived').length} of ${kills} kills survived with nothing left${rest}`].join(
    '\n',
  );
}

function momentOf({ moment }: Outcome): string {
  return typeof moment === 'number' ? AT_RANDOM : moment;
}

function cell(kills: readonly Outcome[]): string {
  if (kills.length === 0) return '-';
  const survived = kills.filter(({ came }) => came === 'survived').length;
  return survived === kills.length ? String(survived) : `${survived}/${kills.length}`;
}
