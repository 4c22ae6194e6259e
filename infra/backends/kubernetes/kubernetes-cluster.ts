// A live Kubernetes cluster as a Cluster: its hosts by the lab's names, what stands in it, what CNI was asked.
import type { CniCall } from '../../cni/call.ts';
import type { Cluster, ClusterHandle, NodeStatus, PodStatus, ShellCommand } from '../backend.ts';
import type { Host } from '../host.ts';
import { HostError } from '../host-error.ts';
import type { KubernetesConnection } from './connection.ts';
import { enterContainerArgv, notRunning } from './container-host.ts';
import { nodeAsItStands } from './node-as-it-stands.ts';

interface Target {
  readonly node: string;
  readonly pod?: string;
  readonly container?: string;
}

export class KubernetesCluster implements Cluster {
  readonly handle: ClusterHandle;
  readonly #connection: KubernetesConnection;

  constructor(handle: ClusterHandle, connection: KubernetesConnection) {
    this.handle = handle;
    this.#connection = connection;
  }

  host(name: string): Host {
    const { node, pod, container } = this.#find(name);
    if (pod === undefined) return this.#connection.node(node);
    return container === undefined
      ? this.#connection.pod(pod, node)
      : this.#connection.container(pod, container, node);
  }

  /** Addresses and podCIDRs as the cluster has given them, which may be others than the lab asks for. */
  async nodes(): Promise<readonly NodeStatus[]> {
    const { files, kube } = this.#connection;
    const live = new Map((await kube.nodes()).map((node) => [node.metadata?.name, node]));
    return (files.spec()?.nodes ?? []).map((planned) => {
      const kubernetesName = this.#connection.realNode(planned.name);
      const { podCIDR = planned.podCIDR, ...node } = nodeAsItStands(planned, live.get(kubernetesName) ?? {});
      return { ...node, podCIDR, pid: 1, kubernetesName };
    });
  }

  pods(): Promise<readonly PodStatus[]> {
    return this.#connection.pods();
  }

  async cniCalls(): Promise<readonly CniCall[]> {
    return this.#connection.cniCalls();
  }

  async shell(name: string, argv: readonly string[]): Promise<ShellCommand> {
    const { node, pod, container } = this.#find(name);
    const real = this.#connection.realNode(node);
    await this.#connection.open();
    if (pod === undefined) return this.#connection.access.shell(real, argv);
    const status = (await this.pods()).find((one) => one.name === pod);
    const inside = status?.containers.find((one) => container === undefined || one.name === container);
    if (status === undefined || inside === undefined) throw notRunning(name, status);
    const enter =
      container === undefined
        ? ['nsenter', '-t', String(status.pid), '-n', '-u', '--', ...argv]
        : enterContainerArgv(inside.pid, argv);
    return this.#connection.access.shell(real, enter);
  }

  #find(name: string): Target {
    const { files } = this.#connection;
    const nodes = files.spec()?.nodes ?? [];
    if (nodes.some((node) => node.name === name)) return { node: name };
    const pods = Object.values(files.workloads()).flat();
    const [podName, container] = name.split('/');
    const pod = pods.find((candidate) => candidate.name === podName);
    if (pod && container === undefined) return { node: pod.node, pod: pod.name };
    // What runs in a pod that is only named is not known before it is looked at.
    const known = pod?.selector || pod?.containers.some((one) => one.name === container);
    if (pod && container && known) return { node: pod.node, pod: pod.name, container };
    const containers = pod?.containers.map((one) => `${pod.name}/${one.name}`);
    const there = containers ?? [...nodes, ...pods].map((one) => one.name);
    throw new HostError('gone', name, [], `there is no "${name}" in this lab; there are ${there.join(', ')}`);
  }
}
