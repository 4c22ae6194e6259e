// All pods of one workload.
import * as pulumi from '@pulumi/pulumi';
import type { PodStatus } from '../backends/backend.ts';
import type { WorkloadInputs } from '../provider/handlers/workload.ts';
import type { InputsOf } from './inputs.ts';

/** One resource however many pods: the engine's cost grows with resources. */
export class Workload extends pulumi.CustomResource {
  declare readonly podStatus: pulumi.Output<readonly PodStatus[]>;
  declare readonly drift: pulumi.Output<readonly string[]>;
  declare readonly generation: pulumi.Output<string>;

  constructor(name: string, inputs: InputsOf<WorkloadInputs>, options?: pulumi.CustomResourceOptions) {
    const outputs = { podStatus: undefined, applied: undefined, drift: undefined, generation: undefined };
    super('cnilab:index:Workload', name, { ...inputs, ...outputs }, options);
  }
}
