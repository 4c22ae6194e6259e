// The lines of a parity table: every check, or what agrees of an experiment in one line and each difference in its own.
import type { ParityCell, ParityRow } from '../parity/compare-parity.ts';
import { count } from './words.ts';

export interface ParityLine {
  readonly experiment: string;
  readonly what: string;
  /** In the order of the backends; undefined: it is not in the results. */
  readonly cells: readonly ParityLineCell[];
}

export interface ParityLineCell {
  /** Such as pass, FAIL, fail (explained). */
  readonly text: string;
  readonly tone: 'green' | 'yellow' | 'red';
}

/** @param all every check on a line of its own, whether it agrees or not */
export function parityLines(
  rows: readonly ParityRow[],
  backends: readonly string[],
  all: boolean,
): readonly ParityLine[] {
  const experiments = [...new Set(rows.map(({ experiment }) => experiment))];
  return experiments.flatMap((experiment) => {
    const own = rows.filter((row) => row.experiment === experiment);
    const alike = all ? [] : own.filter(isPlainPass);
    const rest = own.filter((row) => !alike.includes(row));
    const line = (what: string, row: ParityRow): ParityLine => ({
      experiment,
      what,
      cells: backends.map((backend) => lineCell(row.cells[backend])),
    });
    const [first] = alike;
    const summary = rest.length === 0 ? `all ${count(alike.length, 'check')}` : count(alike.length, 'check');
    return [...(first ? [line(summary, first)] : []), ...rest.map((row) => line(rowTitle(row), row))];
  });
}

/** Such as `routes of a pod [K5]`. */
export function rowTitle({ check, claim }: Pick<ParityRow, 'check' | 'claim'>): string {
  return `${check ?? 'the experiment'}${claim === undefined ? '' : ` [${claim}]`}`;
}

function isPlainPass({ cells }: ParityRow): boolean {
  return Object.values(cells).every(({ outcome }) => outcome === 'pass');
}

function lineCell(cell: ParityCell | undefined): ParityLineCell {
  const { outcome, state } = cell ?? { outcome: 'missing', state: 'red' };
  const word = outcome === 'missing' ? '-' : outcome;
  if (outcome === 'pass') return { text: word, tone: 'green' };
  if (state === 'explained') return { text: `${word} (explained)`, tone: 'yellow' };
  if (state === 'agrees') return { text: `${word} (recorded)`, tone: 'yellow' };
  return { text: word === 'fail' ? 'FAIL' : word, tone: 'red' };
}
