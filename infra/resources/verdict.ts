// The verdict of a whole lab: fails the update when an experiment did not pass.
import * as pulumi from '@pulumi/pulumi';
import type { VerdictInputs } from '../provider/handlers/verdict.ts';
import type { InputsOf } from './inputs.ts';

/** Comes last, so that every experiment has run and every output is stored by then. */
export class Verdict extends pulumi.CustomResource {
  constructor(name: string, inputs: InputsOf<VerdictInputs>, options?: pulumi.CustomResourceOptions) {
    super('cnilab:index:Verdict', name, inputs, options);
  }
}
