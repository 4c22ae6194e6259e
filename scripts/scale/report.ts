// What was measured → tables, and Mermaid charts. Pure.
import { renderTable } from '../../infra/report/table.ts';
import { benchTable, type Machine } from '../bench/report.ts';
import { median } from '../bench/statistics.ts';
import { scaleFigures } from './figures.ts';
import type { Measured } from './measure-shape.ts';
import type { ScaleOptions } from './options.ts';
import type { ScaleRound } from './run-scale.ts';
import { SHAPES, type Shape, shapeName, TAPS } from './shapes.ts';

const right = (header: string) => ({ header, align: 'right' }) as const;

/** @param width columns of the terminal */
export function scaleText(
  rounds: readonly ScaleRound[],
  machine: Machine,
  asked: Pick<ScaleOptions, 'json' | 'charts'>,
  width = Number.POSITIVE_INFINITY,
): string {
  const figures = scaleFigures(rounds);
  if (asked.json) return JSON.stringify({ machine, rounds, figures }, undefined, 2);
  return [
    benchTable(figures, machine, rounds.length, width),
    ...(measuredShapes(rounds).length > 0 ? [shapesTable(rounds, width)] : []),
    ...(rounds.some(({ taps }) => taps.length > 0) ? [tapsTable(rounds, width)] : []),
    ...(asked.charts ? [charts(rounds)] : []),
  ].join('\n\n');
}

/** A row a size, medians of the rounds. */
export function shapesTable(rounds: readonly ScaleRound[], width: number): string {
  const columns: readonly (readonly [header: string, of: (one: Measured) => number, decimals: number])[] = [
    ['FLOOR s', ({ floor }) => floor, 2],
    ['WORK s', ({ work }) => work, 2],
    ['SANDBOX', ({ sandbox }) => sandbox, 2],
    ['NETWORK', ({ network }) => network, 2],
    ['PODS', ({ pods }) => pods, 2],
    ['UP s', ({ up }) => up, 2],
    ['DOWN s', ({ down }) => down, 2],
    ['FREED s', ({ freed }) => freed, 2],
    ['MEMORY MB', ({ memory }) => memory, 0],
    ['PSS MB', ({ pss }) => pss, 0],
  ];
  const rows = measuredShapes(rounds).map((shape) => [
    shapeName(shape),
    ...columns.map(([, of, decimals]) => middle(rounds, shape, of).toFixed(decimals)),
  ]);
  return renderTable(['NODES × PODS', ...columns.map(([header]) => right(header))], rows, { width });
}

export function tapsTable(rounds: readonly ScaleRound[], width: number): string {
  const rows = TAPS.flatMap((taps) => {
    const samples = rounds.flatMap((round) => round.taps.filter((one) => one.taps === taps));
    if (samples.length === 0) return [];
    const [start, stop] = [samples.map((one) => one.start), samples.map((one) => one.stop)];
    return [[`${taps}`, median(start).toFixed(3), median(stop).toFixed(3)]];
  });
  return renderTable([right('TAPS'), right('UNTIL ALL LISTEN s'), right('UNTIL ALL HAVE TOLD s')], rows, {
    width,
  });
}

/** Those of which any round has a measurement. */
export function measuredShapes(rounds: readonly ScaleRound[]): readonly Shape[] {
  return [...SHAPES.pods, ...SHAPES.nodes].filter((shape) =>
    rounds.some((round) => round.shapes[shapeName(shape)]),
  );
}

/** One chart a series: time beside the floor's, and memory. Empty where a series was not measured. */
export function charts(rounds: readonly ScaleRound[]): string {
  const series = [
    ['10 nodes', 'pods in all', SHAPES.pods, ({ nodes, pods }: Shape) => nodes * pods],
    ['one pod on each', 'nodes', SHAPES.nodes.filter(({ pods }) => pods === 1), ({ nodes }: Shape) => nodes],
  ] as const;
  return series
    .filter(([, , shapes]) => shapes.every((shape) => rounds.some((round) => round.shapes[shapeName(shape)])))
    .flatMap(([title, axis, shapes, count]) => {
      const line = (of: (one: Measured) => number) => shapes.map((shape) => middle(rounds, shape, of));
      const x = shapes.map(count);
      const times = [line(({ up }) => up), line(({ work }) => work), line(({ floor }) => floor)];
      return [
        chart(`${title}: up, work and floor (from above)`, axis, x, 'seconds', times),
        chart(`${title}: memory`, axis, x, 'MB', [line(({ memory }) => memory)]),
      ];
    })
    .join('\n\n');
}

/** https://mermaid.js.org/syntax/xyChart.html */
function chart(
  title: string,
  xAxis: string,
  x: readonly number[],
  yAxis: string,
  lines: readonly (readonly number[])[],
): string {
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis "${xAxis}" [${x.join(', ')}]`,
    `  y-axis "${yAxis}" 0 --> ${Math.ceil(Math.max(...lines.flat()))}`,
    ...lines.map((line) => `  line [${line.map((value) => value.toFixed(2)).join(', ')}]`),
    '```',
  ].join('\n');
}

function middle(rounds: readonly ScaleRound[], shape: Shape, of: (one: Measured) => number): number {
  return median(rounds.flatMap((round) => round.shapes[shapeName(shape)] ?? []).map(of));
}
