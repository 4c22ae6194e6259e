// What this process holds open for one sandbox: a resident process a node, started when first needed.
import pLimit from 'p-limit';
import type { CniCall } from '../../cni/call.ts';
import { CniRuntime } from '../../cni/runtime.ts';
import { cniPluginDirs } from '../../util/tools.ts';
import { AgentHost } from '../agent-host.ts';
import type { ClusterHandle } from '../backend.ts';
import { HostError } from '../host-error.ts';
import { Agent } from './agent.ts';
import { cniTimeout } from './cni-timeout.ts';
import { LabFiles } from './lab-files.ts';
import { nodePid, type SandboxFacts, sandboxFacts } from './sandbox-facts.ts';
import { sandboxGate } from './sandbox-gate.ts';

/** CNI plugins that run at a time in one sandbox. More than this and they only wait for the kernel's RTNL lock. */
const PARALLEL_CNI = 8;

export class Connection {
  readonly facts: SandboxFacts;
  readonly files: LabFiles;
  readonly #agents = new Map<string, Agent>();
  readonly #runtimes = new Map<string, CniRuntime>();
  readonly #limit = pLimit(PARALLEL_CNI);
  readonly #firsts = new Map<string, Promise<unknown>>();
  #calls: CniCall[] = [];

  constructor(handle: ClusterHandle) {
    this.facts = sandboxFacts(handle);
    this.files = new LabFiles(handle);
  }

  /** The node's own namespaces. @throws HostError when the node's keeper is dead */
  node(name: string): AgentHost {
    return new AgentHost(name, this.agent(name));
  }

  /** A pod's namespaces, reached through its node's agent. */
  pod(name: string, node: string, pid: number): AgentHost {
    return new AgentHost(name, this.agent(node), { pod: pid });
  }

  /** The namespaces that hold the underlay. */
  underlay(): AgentHost {
    return new AgentHost('the underlay', this.underlayAgent());
  }

  underlayAgent(): Agent {
    return this.#agentAt('', this.facts.keeper);
  }

  /** The CNI runtime of a node; one for all users, because it keeps operations on one container apart. */
  runtime(node: string): CniRuntime {
    let runtime = this.#runtimes.get(node);
    if (runtime === undefined) {
      runtime = new CniRuntime({
        host: this.node(node),
        node,
        binDirs: cniPluginDirs(),
        limit: this.#limit,
        onCall: (call) => this.#calls.push(call),
        ...cniTimeout(),
      });
      this.#runtimes.set(node, runtime);
    }
    return runtime;
  }

  /**
   * ADDs whose plugins make something that all pods of a node share: the first pod by itself, then all others at once. Two
   * that find no bridge at the same time race for its MAC (a port that joins before it is pinned gives it its own), and two
   * that find no portmap chain both make it, which fails.
   * @param shared the node, and what is shared there
   * @param prepare what comes before the very first
   */
  async firstAlone<Request extends { readonly attachment: { readonly containerId: string } }, Outcome>(
    shared: string,
    requests: readonly Request[],
    add: (requests: readonly Request[]) => Promise<Outcome[]>,
    prepare?: () => Promise<void>,
  ): Promise<Outcome[]> {
    if (requests.length === 0) return [];
    const before = this.#firsts.get(shared);
    if (before !== undefined) {
      await before;
      return add(requests);
    }
    const id = requests[0]?.attachment.containerId;
    const isFirst = ({ attachment }: Request) => attachment.containerId === id;
    const prepared = prepare?.() ?? Promise.resolve();
    const first = prepared.then(() => add(requests.filter(isFirst)));
    this.#firsts.set(
      shared,
      first.catch(() => undefined),
    );
    return [...(await first), ...(await add(requests.filter((request) => !isFirst(request))))];
  }

  /** Puts the CNI calls made since the last time on record. */
  saveCalls(): void {
    this.files.appendCalls(this.#calls);
    this.#calls = [];
  }

  /** PID inside of a node's keeper. @throws HostError when it is dead */
  nodePid(node: string): number {
    const pid = nodePid(this.facts, node);
    if (pid === undefined)
      throw new HostError('gone', node, [], 'the node is gone: its keeper process does not run any more');
    return pid;
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    this.#runtimes.clear();
    this.saveCalls();
    await Promise.all(agents.map((agent) => agent.close()));
  }

  /** The resident process of a node. @throws HostError when the node's keeper is dead */
  agent(node: string): Agent {
    return this.#agents.get(node) ?? this.#agentAt(node, this.nodePid(node));
  }

  #agentAt(name: string, pid: number): Agent {
    let agent = this.#agents.get(name);
    if (agent === undefined) {
      agent = new Agent(sandboxGate(this.facts, pid), name || 'the underlay');
      this.#agents.set(name, agent);
    }
    return agent;
  }
}
