// A lab's workloads as objects of a Kubernetes cluster: a provider of the cluster's own, a namespace, Deployments and Pods.
import * as kubernetes from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import {
  namespaceObject,
  type WorkloadObject,
  workloadObjects,
} from '../backends/kubernetes/workload-objects.ts';
import type { Lab, LabWorkload } from '../lab/lab.ts';
import type { Cluster } from '../resources/cluster.ts';

/**
 * Our own resource waits until the pods run; labs break readiness on purpose. What somebody else has changed, or our own
 * resource has made anew, becomes Pulumi's again instead of being a conflict.
 */
const FOR_THE_PLUGIN = { 'pulumi.com/skipAwait': 'true', 'pulumi.com/patchForce': 'true' };

export interface KubernetesWorkloadsArgs {
  readonly lab: Pick<Lab, 'name'>;
  readonly cluster: Cluster;
  readonly podImage: string;
}

/** Where a lab's objects go. Objects are never deleted one by one when the cluster goes. */
export class KubernetesWorkloads {
  readonly #args: KubernetesWorkloadsArgs;
  readonly #options: pulumi.CustomResourceOptions;
  readonly #namespace: kubernetes.core.v1.Namespace;
  readonly #namespaceName: pulumi.Output<string>;

  constructor(name: string, args: KubernetesWorkloadsArgs, options: pulumi.CustomResourceOptions) {
    const { cluster, lab } = args;
    this.#args = args;
    this.#namespaceName = cluster.handle.apply(({ facts }) => String(facts.namespace));
    // Without an identifier, another port of the API server would mean that every object is made anew.
    const provider = new kubernetes.Provider(
      `${name}-kubernetes`,
      {
        kubeconfig: cluster.kubeconfig.apply(required),
        clusterIdentifier: cluster.handle.apply(({ id }) => id),
        deleteUnreachable: true,
      },
      { parent: options.parent as pulumi.Resource, deletedWith: cluster },
    );
    this.#options = { ...options, provider };
    const { metadata } = this.#withLiveNames(namespaceObject({ lab: lab.name, namespace: NAMESPACE }));
    this.#namespace = new kubernetes.core.v1.Namespace(`${name}-namespace`, { metadata }, this.#options);
  }

  /** @returns what makes the pods of one workload */
  declare(workload: LabWorkload, dependsOn: readonly pulumi.Resource[]): readonly pulumi.Resource[] {
    const { lab, podImage } = this.#args;
    const settings = { lab: lab.name, namespace: NAMESPACE, podImage, realNode: placeholder };
    const options = { ...this.#options, dependsOn: [this.#namespace, ...dependsOn] };
    return workloadObjects(workload, settings).map((object) => this.#object(object, options));
  }

  #object(object: WorkloadObject, options: pulumi.CustomResourceOptions): pulumi.Resource {
    const name = `${this.#args.lab.name}-${object.kind.toLowerCase()}-${object.metadata.name}`;
    const metadata = {
      ...this.#withLiveNames(object.metadata),
      annotations: {
        ...('annotations' in object.metadata && object.metadata.annotations),
        ...FOR_THE_PLUGIN,
      },
    };
    return object.kind === 'Pod'
      ? new kubernetes.core.v1.Pod(name, { metadata, spec: this.#withLiveNames(object.spec) }, options)
      : new kubernetes.apps.v1.Deployment(
          name,
          { metadata, spec: this.#withLiveNames(object.spec) },
          options,
        );
  }

  /** What the namespace is called, and which node of the cluster plays which of the lab, is known only when the cluster stands. */
  #withLiveNames<T>(value: T): T {
    return replaceTexts(value, (text) => {
      if (text === NAMESPACE) return this.#namespaceName;
      const node = text.startsWith(PLACEHOLDER) ? text.slice(PLACEHOLDER.length) : undefined;
      if (node === undefined) return text;
      return this.#args.cluster.nodeStatus.apply(
        (nodes) => nodes.find(({ name }) => name === node)?.kubernetesName ?? node,
      );
    }) as T;
  }
}

/** @throws Error for none: the vendor's provider would take the user's own */
function required(kubeconfig: string | undefined): string {
  if (kubeconfig) return kubeconfig;
  throw new Error("the lab's cluster has no kubeconfig");
}

const PLACEHOLDER = '@node ';
const NAMESPACE = '@namespace';

function placeholder(node: string): string {
  return `${PLACEHOLDER}${node}`;
}

function replaceTexts(value: unknown, replace: (text: string) => unknown): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => replaceTexts(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceTexts(item, replace)]));
}
