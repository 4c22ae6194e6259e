// What the network needs of the Kubernetes API.
import type { Kube as Client } from '../kube.ts';

export type Kube = Pick<Client, 'apply' | 'delete' | 'get' | 'list' | 'watch'>;
