// What stands in the terminal, and what a program reads.
import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../../scripts/bench/figures.ts';
import { benchJson, benchTable, type Machine } from '../../../../scripts/bench/report.ts';

const QUIET: Machine = { cpus: 2, memoryMb: 24 * 1024, kernel: '6.1.0', node: '24.1.0', load: 0.1 };
const FIGURES = figuresOf([
  { emptyNoop: 1.5, kindnetNoop: 1.7, noopCalls: 0, podsMemory: 80.04, work: 2, floor: 1.6 },
  { emptyNoop: 1.5, kindnetNoop: 1.9, noopCalls: 0, podsMemory: 81, work: 2.4, floor: 1.6 },
]);

describe('the table', () => {
  it('has median, span, goal and whether it is met', () => {
    expect(benchTable(FIGURES, QUIET, 2)).toMatchInlineSnapshot();
  });

  it('says so when the machine was busy before', () => {
    expect(benchTable([], { ...QUIET, load: 3 }, 1)).toContain('do not trust the times');
    expect(benchTable([], QUIET, 1)).not.toContain('trust');
  });

  it('is not cut on a narrow terminal', () => {
    expect(benchTable(FIGURES, QUIET, 2, 40)).toContain('≤ 75 MB');
  });
});

it('the JSON has every sample', () => {
  const { rounds, figures } = JSON.parse(benchJson(FIGURES, QUIET, 2));
  expect(rounds).toBe(2);
  expect(figures[0]).toMatchObject({ unit: '×', goal: 1.3, samples: [1.25, 1.5], met: false });
});
