// How long an experiment had to wait for the network to be as it is to be. Pure.
import type { ExperimentResult, Json } from '../../infra/experiments/result.ts';
import type { LabExperiment } from '../../infra/lab/lab.ts';

export interface Convergence {
  /** Of a mesh: how often the pair that took longest was asked. */
  readonly attempts?: number;
  /** Of a `learning` that waits for something: its time beyond that of its traffic, ms. */
  readonly waitMs?: number;
}

/** Of the round that took longer. Empty for experiments that have no patience. @param results of one experiment */
export function convergence(
  experiment: LabExperiment,
  results: readonly Pick<ExperimentResult, 'observed' | 'durationMs' | 'trafficMs'>[],
): Convergence {
  if (experiment.kind === 'mesh') {
    const attempts = results.flatMap(({ observed }) => attemptsIn(observed));
    return attempts.length === 0 ? {} : { attempts: attempts.reduce((a, b) => Math.max(a, b)) };
  }
  if (experiment.kind !== 'learning' || experiment.waitFor.length === 0 || results.length === 0) return {};
  const beyond = results.map(({ durationMs, trafficMs }) => Math.max(0, durationMs - trafficMs));
  return { waitMs: Math.round(Math.max(...beyond)) };
}

function attemptsIn(observed: Json): readonly number[] {
  const pairs = (observed as { readonly pairs?: Json } | null)?.pairs;
  if (!Array.isArray(pairs)) return [];
  return (pairs as readonly { readonly attempts?: Json }[]).flatMap(({ attempts }) =>
    typeof attempts === 'number' ? [attempts] : [],
  );
}
