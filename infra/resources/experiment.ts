// An observation of a live lab, with its verdict.
import * as pulumi from '@pulumi/pulumi';
import type { Verdict } from '../experiments/result.ts';
import type { ExperimentInputs, ExperimentOutputs } from '../provider/handlers/experiment.ts';
import type { InputsOf } from './inputs.ts';

/** Runs when it is new, when it changed, when what it observes changed, and when it failed `up` last time. */
export class Experiment extends pulumi.CustomResource {
  declare readonly verdict: pulumi.Output<Verdict>;
  declare readonly notPassed: pulumi.Output<ExperimentOutputs['notPassed']>;
  declare readonly resultsFile: pulumi.Output<string>;
  /** Another one after every run. */
  declare readonly generation: pulumi.Output<string>;

  constructor(name: string, inputs: InputsOf<ExperimentInputs>, options?: pulumi.CustomResourceOptions) {
    const outputs = {
      verdict: undefined,
      notPassed: undefined,
      resultsFile: undefined,
      generation: undefined,
    };
    super('cnilab:index:Experiment', name, { ...inputs, ...outputs }, options);
  }
}
