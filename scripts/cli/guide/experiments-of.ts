// Which experiments assert what a checkpoint of a guide names. Pure.
import type { Checkpoint } from '../../../infra/guide/guide.ts';
import type { LabExperiment } from '../../../infra/lab/lab.ts';

/** Those it names, then those with a check of a claim that it names; in the order of the lab. */
export function experimentsOf(
  { experiments, claims }: Pick<Checkpoint, 'experiments' | 'claims'>,
  all: readonly LabExperiment[],
): readonly string[] {
  return all
    .filter(
      (one) =>
        experiments.includes(one.name) ||
        (experiments.length === 0 && claimsOf(one).some((claim) => claims.includes(claim))),
    )
    .map(({ name }) => name);
}

export function claimsOf(experiment: LabExperiment): readonly string[] {
  const asserted: readonly { readonly claim?: string | undefined }[] =
    experiment.kind === 'exec' ? experiment.steps : experiment.checks;
  return asserted.flatMap(({ claim }) => claim ?? []);
}
