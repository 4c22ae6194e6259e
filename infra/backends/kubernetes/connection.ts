// What this process holds open for one Kubernetes cluster: its API, and a resident process a node, started when first needed.

import type { CniCall } from '../../cni/call.ts';
import { AgentHost } from '../agent-host.ts';
import type { ClusterHandle, Operation, PodStatus } from '../backend.ts';
import type { Host } from '../host.ts';
import { HostError } from '../host-error.ts';
import { Agent } from '../netns/agent.ts';
import { ClusterFiles } from './cluster-files.ts';
import type { ClusterTool, Settings, ToolFacts } from './cluster-tool.ts';
import { ContainerHost, notRunning } from './container-host.ts';
import { Kube } from './kube.ts';
import { labPods } from './lab-pods.ts';
import { LazyHost } from './lazy-host.ts';
import { cniCalls } from './network/cni-calls.ts';
import type { NodeAccess } from './node-access.ts';
import { nodeGate } from './node-gate.ts';
import { PodNetworkHost } from './pod-network-host.ts';

/** PID of a node's first process, in the node's own PID namespace. */
const INIT = 1;

export class KubernetesConnection {
  readonly tool: ClusterTool;
  readonly facts: ToolFacts;
  readonly files: ClusterFiles;
  readonly #agents = new Map<string, Agent>();
  #kube: Kube | undefined;
  #access: NodeAccess | undefined;
  #opened: Promise<void> | undefined;
  #statuses: Promise<readonly PodStatus[]> | undefined;

  constructor(handle: ClusterHandle, tool: ClusterTool) {
    this.tool = tool;
    this.facts = handle.facts as ToolFacts;
    this.files = new ClusterFiles(handle);
  }

  /** Of the lab's own. */
  get namespace(): string {
    return String(this.facts.namespace);
  }

  /** As the user has said them; what is not there has its default where it is used. */
  get settings(): Settings {
    return this.files.spec()?.settings ?? {};
  }

  /** Whether the objects that make the pods are ours to make, and not those of Pulumi's kubernetes plugin. */
  get makesObjects(): boolean {
    return this.settings.objects === 'cnilab';
  }

  /** @throws KubeError when there is no kubeconfig of this cluster */
  get kube(): Kube {
    this.#kube ??= new Kube(this.files.kubeconfig);
    return this.#kube;
  }

  get access(): NodeAccess {
    this.#access ??= this.tool.access(this.facts, this.settings, {
      lab: this.files.spec()?.lab ?? '',
      kubeconfig: this.files.kubeconfig,
      nodes: () => this.files.nodeNames().map(({ real }) => real),
    });
    return this.#access;
  }

  /** Before nodes are entered for the first time in this process; hosts do so by themselves. */
  async open(op: Operation = { signal: new AbortController().signal }): Promise<void> {
    this.#opened ??= this.access.open?.(op) ?? Promise.resolve();
    try {
      await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }

  /** As Kubernetes calls a node of the lab's. @throws HostError when there is none */
  realNode(lab: string): string {
    const found = this.files.nodeNames().find((name) => name.lab === lab);
    if (found) return found.real;
    throw new HostError('gone', lab, [], `the cluster ${this.facts.cluster} has no node for ${lab}`);
  }

  node(lab: string): Host {
    this.realNode(lab);
    const get = async () => {
      await this.open();
      return new AgentHost(lab, this.#agent(lab));
    };
    return new LazyHost(lab, get, this.tool.cniPaths?.(this.facts)?.config);
  }

  /** A node with its own files and tools, whatever it is entered by. */
  nodeItself(lab: string): Host {
    this.realNode(lab);
    return new LazyHost(lab, async () => {
      await this.open();
      return new AgentHost(lab, this.#agent(lab), this.access.hasImageFiles ? { pod: INIT } : {});
    });
  }

  /** A pod's network, with its node's tools. */
  pod(name: string, node: string): Host {
    const agent = () => this.#agent(node);
    return new PodNetworkHost(name, agent, async (anew) => (await this.#status(name, anew)).pid);
  }

  container(pod: string, container: string, node: string): Host {
    const pid = async () => {
      const status = await this.#status(pod, true);
      const found = status.containers.find(({ name }) => name === container);
      if (!found) throw notRunning(`${pod}/${container}`, status);
      return found.pid;
    };
    return new ContainerHost(`${pod}/${container}`, this.node(node), pid);
  }

  /** All pods of the lab that stand, from now. */
  pods(signal?: AbortSignal): Promise<readonly PodStatus[]> {
    this.#statuses = labPods(this, signal);
    this.#statuses.catch(() => {
      this.#statuses = undefined;
    });
    return this.#statuses;
  }

  /** Of clusters that are ours: where plugins are recorded. */
  async cniCalls(): Promise<readonly CniCall[]> {
    if (!this.tool.ownsCluster) return [];
    return cniCalls(this.files.spec()?.nodes ?? [], (node) => this.nodeItself(node));
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    await Promise.all(agents.map((agent) => agent.close()));
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened !== undefined) await this.access.close?.({ signal: new AbortController().signal });
  }

  /** One whose process has ended, with the connection or the node, is followed by another. */
  #agent(lab: string): Agent {
    const real = this.realNode(lab);
    let agent = this.#agents.get(real);
    if (agent === undefined || agent.hasEnded) {
      agent = new Agent(nodeGate(this.access, real), lab);
      this.#agents.set(real, agent);
    }
    return agent;
  }

  async #status(name: string, anew: boolean): Promise<PodStatus> {
    const pods = await ((anew ? undefined : this.#statuses) ?? this.pods());
    const found = pods.find((pod) => pod.name === name);
    if (found) return found;
    throw new HostError('gone', name, [], 'the pod does not run');
  }
}
