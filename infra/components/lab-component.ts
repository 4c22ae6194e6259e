// A lab as a graph of resources: Cluster → Network → Workloads → Experiments → Verdict.
import * as pulumi from '@pulumi/pulumi';
import type { ClusterNetwork } from '../backends/backend.ts';
import { worst } from '../experiments/verdict.ts';
import type { Lab, LabWorkload } from '../lab/lab.ts';
import type { Origin } from '../provider/handlers/cluster.ts';
import { Cluster } from '../resources/cluster.ts';
import { Experiment } from '../resources/experiment.ts';
import { Network } from '../resources/network.ts';
import { Verdict } from '../resources/verdict.ts';
import { Workload } from '../resources/workload.ts';
import { atOnce } from './at-once.ts';
import { digest, networkRevision } from './network-revision.ts';
import { observedWorkloads } from './observed-workloads.ts';

export interface LabArgs {
  readonly lab: Lab;
  readonly stack: string;
  /** Name of a backend. */
  readonly backend: string;
  readonly isolation: 'auto' | 'rootless' | 'root';
  /** Of the backend, beside the lab file. @default none */
  readonly settings?: pulumi.Input<Readonly<Record<string, string>>>;
  /** Declares what makes a workload's pods, where Pulumi does. @default our own resource makes them */
  readonly objects?: MakeObjects;
  /**
   * The cluster is Kubernetes: it is told the pods' range, and each workload comes after the one before, so that IPAM
   * gives its pods the next addresses. @default false
   */
  readonly kubernetes?: boolean;
  /** What has to be there before the cluster. @default nothing */
  readonly prepared?: readonly pulumi.Resource[];
  readonly origin: Origin;
}

/** What makes pods beside our own resources: objects of Kubernetes. Imported only where they are needed. */
export type MakeObjects = (
  name: string,
  cluster: Cluster,
  options: pulumi.CustomResourceOptions,
) => {
  declare(workload: LabWorkload, dependsOn: readonly pulumi.Resource[]): readonly pulumi.Resource[];
};

/** Everything of one lab. */
export class LabComponent extends pulumi.ComponentResource {
  readonly cluster: Cluster;
  readonly network: Network;
  readonly workloads: readonly Workload[];
  readonly experiments: readonly Experiment[];
  /** Where there are experiments. */
  readonly verdict?: Verdict;
  readonly #args: LabArgs;

  constructor(name: string, args: LabArgs, options?: pulumi.ComponentResourceOptions) {
    super('cnilab:index:Lab', name, {}, options);
    this.#args = args;
    const { lab, stack, backend, isolation, settings, origin } = args;
    const { title, underlay, nodes, outside } = lab;
    this.cluster = new Cluster(
      `${name}-cluster`,
      {
        stack,
        lab: lab.name,
        title,
        backend,
        isolation,
        underlay,
        nodes,
        origin,
        ...(outside && { outside }),
        ...(args.kubernetes && { network: clusterNetwork(lab) }),
        ...(settings && { settings }),
      },
      { parent: this, ...(args.prepared && { dependsOn: [...args.prepared] }) },
    );
    const clusterHandle = this.cluster.handle;
    // Whatever is on a cluster goes with it: one call takes the whole lab down.
    const within = { parent: this, deletedWith: this.cluster };
    this.network = new Network(
      `${name}-network`,
      { clusterHandle, nodes, network: lab.network, revision: networkRevision(lab.network) },
      within,
    );
    const objects = args.objects?.(name, this.cluster, within);
    const workloads: Workload[] = [];
    for (const [order, workload] of lab.workloads.entries()) {
      const last = args.kubernetes ? workloads.at(-1) : undefined;
      const first = last ? [this.network, last] : [this.network];
      const made = objects?.declare(workload, first) ?? [];
      const networkRevision = this.network.revision;
      const { name: workloadName, kind, pods } = workload;
      workloads.push(
        new Workload(
          `${name}-${workloadName}`,
          { clusterHandle, name: workloadName, kind, pods, networkRevision, order },
          { ...within, dependsOn: made.length > 0 || last ? [...first, ...made] : this.network },
        ),
      );
    }
    this.workloads = workloads;
    // After all workloads, so that no pod is being wired while packets are captured. They run one after the other in
    // the lab file's order: the provider sees to that. It can as long as the one whose turn it is gets a place among
    // those that the engine works on, so there are never more waiting than there are places.
    const before = [this.network, ...this.workloads];
    const places = atOnce();
    const experiments: Experiment[] = [];
    for (const [order, experiment] of lab.experiments.entries()) {
      const definition = JSON.stringify(experiment);
      const inputs = { clusterHandle, definition, observes: this.#observedBy(experiment), order };
      const leaves = experiments[order - places];
      const dependsOn = leaves ? [...before, leaves] : before;
      experiments.push(new Experiment(`${name}-${experiment.name}`, inputs, { ...within, dependsOn }));
    }
    this.experiments = experiments;
    if (lab.experiments.length > 0) {
      const experiments = this.#verdicts();
      this.verdict = new Verdict(`${name}-verdict`, { clusterHandle, experiments }, within);
    }
    this.registerOutputs(this.outputs());
  }

  /** What the stack shows. */
  outputs() {
    const { lab, backend } = this.#args;
    const verdicts = this.#verdicts();
    return {
      lab: lab.name,
      backend,
      verdict: verdicts.apply((all) => worst(all.map(({ verdict }) => verdict))),
      nodes: this.cluster.nodeStatus.apply((nodes) => nodes.map(({ pid: _, ...node }) => node)),
      pods: pulumi.all(this.workloads.map((workload) => workload.podStatus)).apply((lists) =>
        lists.flat().map(({ name, node, address, address6, hostVeth }) => {
          return { name, node, address, ...(address6 && { address6 }), hostVeth };
        }),
      ),
      experiments: verdicts.apply((all) =>
        Object.fromEntries(all.map(({ name, verdict }) => [name, verdict])),
      ),
    };
  }

  #verdicts() {
    const ran = this.#args.lab.experiments.flatMap(({ name, onFailure }, index) => {
      const resource = this.experiments[index];
      if (!resource) return [];
      const { verdict, generation } = resource;
      return [
        pulumi
          .all([verdict, generation])
          .apply((of) => ({ name, onFailure, verdict: of[0], generation: of[1] })),
      ];
    });
    return pulumi.all(ran);
  }

  /** A digest that changes whenever something it looks at has been made or changed. */
  #observedBy(experiment: Lab['experiments'][number]): pulumi.Output<string> {
    const { lab } = this.#args;
    const seen = observedWorkloads(lab, experiment);
    const workloads = this.workloads.filter((_, index) => seen.includes(lab.workloads[index]?.name ?? ''));
    return pulumi
      .all([this.cluster, this.network, ...workloads].map(({ generation }) => generation))
      .apply((generations) => digest([seen, generations]));
  }
}

/** What changes a cluster's making; the rest of the network is applied to one that stands. */
function clusterNetwork({ network: { type, podCIDR, podCIDR6, vni, port } }: Lab): ClusterNetwork {
  return { type, podCIDR, ...(podCIDR6 && { podCIDR6 }), vni, port };
}
