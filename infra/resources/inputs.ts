// A resource's inputs as the program gives them: each may be an output of another resource.
import type * as pulumi from '@pulumi/pulumi';

export type InputsOf<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> };
