// The pod network of a cluster: CNI configuration on every node, and the way between nodes.
import * as pulumi from '@pulumi/pulumi';
import type { NetworkInputs } from '../provider/handlers/network.ts';
import type { InputsOf } from './inputs.ts';

/** Updated in place, except for another type of network. */
export class Network extends pulumi.CustomResource {
  /** Known in preview, so that preview can say which pods will be wired anew. */
  declare readonly revision: pulumi.Output<string>;
  declare readonly drift: pulumi.Output<readonly string[]>;
  declare readonly generation: pulumi.Output<string>;

  constructor(name: string, inputs: InputsOf<NetworkInputs>, options?: pulumi.CustomResourceOptions) {
    super('cnilab:index:Network', name, { ...inputs, drift: undefined, generation: undefined }, options);
  }
}
