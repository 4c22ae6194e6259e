// Rounds → goals: pure. Ratios and differences are taken within a round, because what was measured close together met the same noise.

import type { Figure, Unit } from '../bench/figures.ts';
import { summarize } from '../bench/statistics.ts';
import type { ScaleRound } from './run-scale.ts';
import { type Shape, shapeName } from './shapes.ts';

const small = shapeName({ nodes: 10, pods: 10 } satisfies Shape);
const large = shapeName({ nodes: 10, pods: 100 } satisfies Shape);

interface Definition {
  readonly what: string;
  readonly unit: Unit;
  readonly goal: number;
  /** NaN when the round has not measured it. */
  readonly of: (round: ScaleRound) => number;
}

const value = (round: ScaleRound, shape: string, key: 'up' | 'floor' | 'freed' | 'work') =>
  round.shapes[shape]?.[key] ?? Number.NaN;

const DEFINITIONS: readonly Definition[] = [
  {
    what: '1,000 pods on 10 nodes: up ÷ (floor + empty lab)',
    unit: '×',
    goal: 1.3,
    of: (r) => value(r, large, 'up') / (value(r, large, 'floor') + (r.empty ?? Number.NaN)),
  },
  {
    what: '1,000 pods: down until the kernel has freed the namespaces',
    unit: 's',
    goal: 2.5,
    of: (r) => value(r, large, 'freed'),
  },
  {
    what: '100 → 1,000 pods: growth of up less empty ÷ growth of the floor',
    unit: '×',
    goal: 1.15,
    of: (r) => growth(r, (shape) => value(r, shape, 'up') - (r.empty ?? Number.NaN)),
  },
  {
    what: '100 → 1,000 pods: growth of the work ÷ growth of the floor',
    unit: '×',
    goal: 1.15,
    of: (r) => growth(r, (shape) => value(r, shape, 'work')),
  },
  {
    what: '100 hosts, up + down ÷ Mininet’s single,100',
    unit: '×',
    goal: 0.6,
    of: (r) => (r.mininet ? r.mininet.ours / r.mininet.mininet : Number.NaN),
  },
];

/** Those that at least one round has measured. */
export function scaleFigures(rounds: readonly ScaleRound[]): readonly Figure[] {
  return DEFINITIONS.flatMap(({ what, unit, goal, of }) => {
    const samples = rounds.map(of).filter((sample) => !Number.isNaN(sample));
    if (samples.length === 0) return [];
    const summary = summarize(samples);
    return [{ what, unit, goal, samples, ...summary, met: summary.median <= goal }];
  });
}

function growth(round: ScaleRound, of: (shape: string) => number): number {
  return of(large) / of(small) / (value(round, large, 'floor') / value(round, small, 'floor'));
}
