// Experiments of one lab, one after the other: those that only look share a picture, as long as nothing has moved.
import { pickNetwork } from '../cni/config-dir.ts';
import type { LabExperiment } from '../lab/lab.ts';
import { observeLab } from '../observe/observe-lab.ts';
import type { LabSnapshot } from '../observe/snapshot.ts';
import type { RunContext } from './experiment.ts';
import type { ExperimentResult } from './result.ts';
import { runExperiment } from './run-experiment.ts';

/** Runs an experiment of that lab; the next one may be started when it has settled. */
export type ExperimentRun = (
  experiment: LabExperiment,
  context: Omit<RunContext, 'snapshot'>,
) => Promise<ExperimentResult>;

/**
 * Taking a picture costs more than most assertions about it. An inspect after traffic takes a new one; the old one
 * still says what the random names in the other kinds' observations stand for, because no experiment wires pods.
 */
export function createExperimentRun(): ExperimentRun {
  let picture: LabSnapshot | undefined;
  let moved = false;
  return async (experiment, context) => {
    const looksOnly = experiment.kind === 'inspect' && experiment.fault === undefined;
    if (looksOnly && (!picture || moved)) {
      const { cluster, lab, signal } = context;
      // What cannot be read is the experiment's to say: it tries again, and becomes inconclusive with the reason.
      picture = await observeLab(cluster, lab, { signal, pickNetwork }).catch(() => undefined);
      moved = false;
    }
    try {
      return await runExperiment(picture ? { ...context, snapshot: picture } : context, experiment);
    } finally {
      moved ||= !looksOnly && (experiment.kind !== 'diagnose' || experiment.fault !== undefined);
    }
  };
}
