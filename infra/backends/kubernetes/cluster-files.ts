// What a Kubernetes backend keeps on this machine about one cluster: its kubeconfig, what was asked for, how its nodes are called.
import type { LabNetwork, LabNode, LabPod } from '../../lab/lab.ts';
import type { ClusterHandle, ClusterSpec } from '../backend.ts';
import { ClusterDirectory } from '../cluster-directory.ts';
import type { NodeName } from './cluster-tool.ts';
import type { Wiring } from './pod-wiring.ts';

export interface AppliedNetwork {
  readonly nodes: readonly LabNode[];
  readonly network: LabNetwork;
}

export class ClusterFiles {
  readonly #files: ClusterDirectory;

  constructor({ id }: Pick<ClusterHandle, 'id'>) {
    this.#files = new ClusterDirectory('clusters', id);
  }

  /** Where it is; 0600. */
  get kubeconfig(): string {
    return this.#files.path('kubeconfig');
  }

  kubeconfigText(): string | undefined {
    return this.#files.readText('kubeconfig');
  }

  spec(): ClusterSpec | undefined {
    return this.#files.read('cluster.json') as ClusterSpec | undefined;
  }

  writeSpec(spec: ClusterSpec): void {
    this.#files.write('cluster.json', spec);
  }

  nodeNames(): readonly NodeName[] {
    return (this.#files.read('nodes.json') as readonly NodeName[] | undefined) ?? [];
  }

  writeNodeNames(names: readonly NodeName[]): void {
    this.#files.write('nodes.json', names);
  }

  /** The network as last applied. */
  network(): AppliedNetwork | undefined {
    return this.#files.read('network.json') as AppliedNetwork | undefined;
  }

  writeNetwork(network: AppliedNetwork | undefined): void {
    this.#files.write('network.json', network);
  }

  /** Pods as they were asked for, by workload. */
  workloads(): Readonly<Record<string, readonly LabPod[]>> {
    return (this.#files.read('workloads.json') as Record<string, readonly LabPod[]> | undefined) ?? {};
  }

  writeWorkload(name: string, pods: readonly LabPod[] | undefined): void {
    const { [name]: _, ...others } = this.workloads();
    this.#files.write('workloads.json', pods === undefined ? others : { ...others, [name]: pods });
  }

  /** By pod, as it was when the workload was made. */
  wiring(workload: string): Readonly<Record<string, Wiring>> {
    return (this.#files.read(`wiring-${workload}.json`) as Record<string, Wiring> | undefined) ?? {};
  }

  writeWiring(workload: string, wiring: Readonly<Record<string, Wiring>> | undefined): void {
    this.#files.write(`wiring-${workload}.json`, wiring);
  }

  remove(): void {
    this.#files.removeAll();
  }
}
