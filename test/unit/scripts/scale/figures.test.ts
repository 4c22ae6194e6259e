import { expect, test } from 'vitest';
import { scaleFigures } from '../../../../scripts/scale/figures.ts';
import type { Measured } from '../../../../scripts/scale/measure-shape.ts';
import { charts, measuredShapes, shapesTable, tapsTable } from '../../../../scripts/scale/report.ts';
import type { ScaleRound } from '../../../../scripts/scale/run-scale.ts';

const measured = (floor: number, up: number, freed = 2): Measured => ({
  ...{ floor, work: 1.2 * floor, sandbox: 0.1, network: 0.1, pods: floor, memory: 100, pss: 20 },
  ...{ up, down: 1.5, freed },
});
const round: ScaleRound = {
  empty: 2,
  shapes: {
    '10 × 10': measured(1, 4),
    '10 × 20': measured(2, 5),
    '10 × 50': measured(5, 8),
    '10 × 100': measured(10, 24, 3),
  },
  taps: [{ taps: 10, start: 0.1, stop: 0.02 }],
  mininet: { hosts: 100, mininet: 8, ours: 4 },
};

test('goals are ratios within a round', () => {
  const values = scaleFigures([round]).map(({ what, median, met }) => [what.slice(0, 24), median, met]);
  expect(values).toEqual([
    ['1,000 pods on 10 nodes: ', 2, false],
    ['1,000 pods: down until t', 3, false],
    // (24 - 2) / (4 - 2) = 11 times the time for 10 times the floor.
    ['100 → 1,000 pods: growth', 1.1, true],
    ['100 → 1,000 pods: growth', 1, true],
    ['100 hosts, up + down ÷ M', 0.5, true],
  ]);
});

test('what was not measured is not told', () => {
  expect(scaleFigures([{ shapes: {}, taps: [] }])).toEqual([]);
  expect(measuredShapes([{ shapes: {}, taps: [] }])).toEqual([]);
  expect(charts([{ shapes: {}, taps: [] }])).toBe('');
});

test('tables have a row a size; charts a line a time, over all sizes', () => {
  expect(shapesTable([round], 200)).toMatch(/^10 × 100 +10\.00 +12\.00 .* 24\.00 +1\.50 +3\.00 +100 +20$/m);
  expect(tapsTable([round], 200)).toMatch(/^ +10 +0\.100 +0\.020$/m);
  expect(charts([round])).toContain(
    [
      '  x-axis "pods in all" [100, 200, 500, 1000]',
      '  y-axis "seconds" 0 --> 24',
      '  line [4.00, 5.00, 8.00, 24.00]',
    ].join('\n'),
  );
});
