// Experiments of a lab that stands, run and kept. The engine has no part in it, and nothing is changed.
import { createExperimentRun } from '../../infra/experiments/experiment-run.ts';
import type { ExperimentResult } from '../../infra/experiments/result.ts';
import { writeResult } from '../../infra/experiments/results-store.ts';
import { ledgerOf } from '../../infra/faults/injected.ts';
import type { LabExperiment } from '../../infra/lab/lab.ts';
import { recordedLab, resultsDir, type StackRecord } from '../../infra/state/stack-store.ts';
import { withCluster } from './live-lab.ts';

export interface RunExperimentsOptions {
  readonly signal: AbortSignal;
  /** Told before each. */
  readonly started?: (name: string) => void;
  /** Told after each. */
  readonly ended?: (result: ExperimentResult) => void;
}

/**
 * One after the other: one's packets must not be in another's capture.
 * @throws CliError when the lab is dead; the signal's reason when it aborts
 */
export async function runExperiments(
  record: StackRecord,
  experiments: readonly LabExperiment[],
  { signal, started, ended }: RunExperimentsOptions,
): Promise<readonly ExperimentResult[]> {
  const lab = recordedLab(record);
  const header = { ...record, order: lab.experiments.map(({ name }) => name) };
  const directory = resultsDir(record.stack);
  return await withCluster(record, async (cluster) => {
    const runExperiment = createExperimentRun();
    const ran: ExperimentResult[] = [];
    for (const experiment of experiments) {
      started?.(experiment.name);
      const faults = ledgerOf(record);
      const result = await runExperiment(experiment, { lab, cluster, resultsDir: directory, faults, signal });
      await writeResult(directory, result, header);
      ran.push(result);
      ended?.(result);
    }
    return ran;
  });
}
