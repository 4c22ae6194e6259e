// What stands in the terminal, and what a program reads.
import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../../scripts/bench/figures.ts';
import { benchJson, benchTable, type Machine } from '../../../../scripts/bench/report.ts';

const QUIET: Machine = { cpus: 2, memoryMb: 24 * 1024, kernel: '6.1.0', node: '24.1.0', load: 0.1 };
const FIGURES = figuresOf([
  {
    emptyNoop: 1.5,
    kindnetNoop: 1.7,
    noopCalls: 0,
    podsMemory: 80.04,
    work: 2,
    floor: 1.6,
    decoded: 250_000,
  },
  { emptyNoop: 1.5, kindnetNoop: 1.9, noopCalls: 0, podsMemory: 81, work: 3, floor: 2, decoded: 260_000 },
]);

describe('the table', () => {
  it('has median, span, goal and whether it is met', () => {
    expect(benchTable(FIGURES, QUIET, 2)).toMatchInlineSnapshot(`
      "Medians of 2 rounds on 2 CPUs, 24 GiB, Linux 6.1.0, Node 24.1.0, load 0.1 before

      WHAT                                  MEDIAN  (MIN – MAX)        GOAL         MET
      lab work for 100 pods ÷ floor         1.38 ×  (1.25 – 1.50)      ≤ 1.3 ×      no
      no-op up of kindnet, less empty       0.30 s  (0.20 – 0.40)      ≤ 0.3 s      yes
      plugin calls of a no-op up                 0  (0 – 0)            ≤ 0          yes
      memory of a lab of 100 pods          80.5 MB  (80.0 – 81.0)      ≤ 75 MB      no
      decode and correlate, tap records  255000 /s  (250000 – 260000)  ≥ 200000 /s  yes
      empty: no-op up                       1.50 s  (1.50 – 1.50)      -            -
      kindnet: no-op up                     1.80 s  (1.70 – 1.90)      -            -
      100 pods: lab work                    2.50 s  (2.00 – 3.00)      -            -
      100 pods: floor                       1.80 s  (1.60 – 2.00)      -            -"
    `);
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
