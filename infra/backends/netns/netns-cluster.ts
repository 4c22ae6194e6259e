// A live sandbox as a Cluster: its hosts by name, what stands in it, what CNI was asked.
import { machines } from '../../lab/machines.ts';
import type { Cluster, ClusterHandle, NodeStatus, PodStatus, ShellCommand } from '../backend.ts';
import type { Host } from '../host.ts';
import { HostError } from '../host-error.ts';
import type { Connection } from './connection.ts';
import { enterArgv, enterCredentials, LAB_ENV } from './enter.ts';

export class NetnsCluster implements Cluster {
  readonly handle: ClusterHandle;
  readonly #connection: Connection;

  constructor(handle: ClusterHandle, connection: Connection) {
    this.handle = handle;
    this.#connection = connection;
  }

  host(name: string): Host {
    const target = this.#find(name);
    return target.pod ? this.#connection.pod(name, target.node, target.pod.pid) : this.#connection.node(name);
  }

  async nodes(): Promise<readonly NodeStatus[]> {
    const nodes = this.#connection.files.spec()?.nodes ?? [];
    return nodes.map((node) => ({ ...node, pid: this.#connection.nodePid(node.name) }));
  }

  async pods(): Promise<readonly PodStatus[]> {
    return this.#pods();
  }

  async cniCalls() {
    return this.#connection.files.calls();
  }

  async shell(name: string, argv: readonly string[]): Promise<ShellCommand> {
    const { facts } = this.#connection;
    const target = this.#find(name);
    const pid = target.pod ? target.pod.pid : this.#connection.nodePid(name);
    return { argv: enterArgv(facts, pid, argv), env: LAB_ENV, ...enterCredentials(facts) };
  }

  #pods(): readonly PodStatus[] {
    const { files } = this.#connection;
    return files
      .workloads()
      .flatMap((workload) => files.pods(workload))
      .map(({ ready }) => ready?.status)
      .filter((status) => status !== undefined);
  }

  /** Containers share their pod's namespaces on this backend, so a container's host is its pod's. */
  #find(name: string): { readonly node: string; readonly pod?: PodStatus } {
    const spec = this.#connection.files.spec();
    const nodes = spec ? machines(spec) : [];
    if (nodes.some((node) => node.name === name)) return { node: name };
    const [podName, container] = name.split('/');
    const pods = this.#pods();
    const pod = pods.find((candidate) => candidate.name === podName);
    if (
      pod &&
      (container === undefined || pod.containers.some((candidate) => candidate.name === container))
    ) {
      return { node: pod.node, pod };
    }
    const containers = pod?.containers.map((candidate) => `${pod.name}/${candidate.name}`);
    const there = containers ?? [...nodes, ...pods].map((candidate) => candidate.name);
    throw new HostError('gone', name, [], `there is no "${name}" in this lab; there are ${there.join(', ')}`);
  }
}
