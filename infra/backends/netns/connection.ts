// What this process holds open for one sandbox: a resident shell a node, started when first needed.
import type { ClusterHandle } from '../backend.ts';
import { HostError } from '../host-error.ts';
import { Agent } from './agent.ts';
import { LabFiles } from './lab-files.ts';
import { NetnsHost } from './netns-host.ts';
import { nodePid, sandboxFacts, type SandboxFacts } from './sandbox-facts.ts';

export class Connection {
  readonly facts: SandboxFacts;
  readonly files: LabFiles;
  readonly #agents = new Map<string, Agent>();

  constructor(handle: ClusterHandle) {
    this.facts = sandboxFacts(handle);
    this.files = new LabFiles(handle);
  }

  /** The node's own namespaces. @throws HostError when the node's keeper is dead */
  node(name: string): NetnsHost {
    return new NetnsHost(name, this.#agent(name));
  }

  /** A pod's namespaces, reached through its node's shell. */
  pod(name: string, node: string, pid: number): NetnsHost {
    return new NetnsHost(name, this.#agent(node), pid);
  }

  /** The namespaces that hold the underlay. */
  underlay(): NetnsHost {
    return new NetnsHost('the underlay', this.#agentAt('', this.facts.keeper));
  }

  /** PID inside of a node's keeper. @throws HostError when it is dead */
  nodePid(node: string): number {
    const pid = nodePid(this.facts, node);
    if (pid === undefined) throw new HostError('gone', node, [], 'the node is gone: its keeper process does not run any more');
    return pid;
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    await Promise.all(agents.map((agent) => agent.close()));
  }

  #agent(node: string): Agent {
    return this.#agents.get(node) ?? this.#agentAt(node, this.nodePid(node));
  }

  #agentAt(name: string, pid: number): Agent {
    let agent = this.#agents.get(name);
    if (agent === undefined) {
      agent = new Agent(this.facts, pid, name || 'the underlay');
      this.#agents.set(name, agent);
    }
    return agent;
  }
}
