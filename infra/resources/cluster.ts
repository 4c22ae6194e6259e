// A live cluster: the sandbox and its nodes.
import * as pulumi from '@pulumi/pulumi';
import type { ClusterHandle, NodeStatus } from '../backends/backend.ts';
import type { ClusterInputs } from '../provider/handlers/cluster.ts';
import type { InputsOf } from './inputs.ts';

/** Replaced when its underlay, isolation, backend, a setting of that or an existing node changes, and when it turns out to be gone. */
export class Cluster extends pulumi.CustomResource {
  declare readonly handle: pulumi.Output<ClusterHandle>;
  declare readonly nodeStatus: pulumi.Output<readonly NodeStatus[]>;
  /** Of a cluster that is Kubernetes; a secret. */
  declare readonly kubeconfig: pulumi.Output<string | undefined>;
  /** What refresh found to be otherwise than it was made; the next `up` mends it. */
  declare readonly drift: pulumi.Output<readonly string[]>;
  /** Another one after every change. */
  declare readonly generation: pulumi.Output<string>;

  constructor(name: string, inputs: InputsOf<ClusterInputs>, options?: pulumi.CustomResourceOptions) {
    const outputs = {
      handle: undefined,
      nodeStatus: undefined,
      kubeconfig: undefined,
      drift: undefined,
      generation: undefined,
    };
    const secrets = { additionalSecretOutputs: ['kubeconfig'] };
    super('cnilab:index:Cluster', name, { ...inputs, ...outputs }, pulumi.mergeOptions(secrets, options));
  }
}
