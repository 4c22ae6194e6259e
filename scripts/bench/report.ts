// Figures → what is printed: a table for people, JSON for programs. Pure.
import { renderTable } from '../../infra/report/table.ts';
import type { Figure, Unit } from './figures.ts';

/** What the figures depend on. */
export interface Machine {
  readonly cpus: number;
  readonly memoryMb: number;
  readonly kernel: string;
  readonly node: string;
  /** Processes that wanted a CPU, on average over the minute before the first round. */
  readonly load: number;
}

const DECIMALS: Readonly<Record<Unit, number>> = { s: 2, '×': 2, MB: 1, '/s': 0, '': 0 };

/** @param width columns of the terminal */
export function benchTable(
  figures: readonly Figure[],
  machine: Machine,
  rounds: number,
  width = Number.POSITIVE_INFINITY,
): string {
  const columns = ['WHAT', { header: 'MEDIAN', align: 'right' } as const, '(MIN – MAX)', 'GOAL', 'MET'];
  const rows = figures.map(({ what, unit, median, min, max, goal, goalIs, met }) => [
    what,
    number(median, unit),
    `(${plain(min, unit)} – ${plain(max, unit)})`,
    goal === undefined
      ? undefined
      : `${goalIs === 'least' ? '≥' : '≤'} ${Number(goal.toFixed(2))}${unit && ` ${unit}`}`,
    met,
  ]);
  return [
    `Medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} on ${machineLine(machine)}`,
    '',
    renderTable(columns, rows, { width }),
  ].join('\n');
}

export function benchJson(figures: readonly Figure[], machine: Machine, rounds: number): string {
  return JSON.stringify({ machine, rounds, figures }, undefined, 2);
}

/** A machine that is busy with something else explains a bad figure. */
function machineLine({ cpus, memoryMb, kernel, node, load }: Machine): string {
  const busy = load > cpus / 2 ? ' (busy with something else: do not trust the times)' : '';
  return `${cpus} CPUs, ${Math.round(memoryMb / 1024)} GiB, Linux ${kernel}, Node ${node}, load ${load.toFixed(1)} before${busy}`;
}

function number(value: number, unit: Unit): string {
  return `${plain(value, unit)}${unit && ` ${unit}`}`;
}

function plain(value: number, unit: Unit): string {
  return value.toFixed(DECIMALS[unit]);
}
