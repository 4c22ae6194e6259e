// A pod of a real cluster as a Host: its network namespace and host name, with the tools and files of its node. Its image may have no
// tools at all.
import { AgentHost } from '../agent-host.ts';
import type { Host, HostFile, Running, RunOptions, RunResult } from '../host.ts';
import type { Agent } from '../netns/agent.ts';

/** What the agent says when a process to be entered is gone. */
const NOT_ENTERED = 125;

export class PodNetworkHost implements Host {
  readonly name: string;
  readonly #agent: () => Agent;
  readonly #pid: (anew: boolean) => Promise<number>;

  /** @param pid of a process in the pod's network, in its node's PID namespace; `anew`: the last one is gone */
  constructor(name: string, agent: () => Agent, pid: (anew: boolean) => Promise<number>) {
    this.name = name;
    this.#agent = agent;
    this.#pid = pid;
  }

  async run(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
    const result = await (await this.#host(false)).run(argv, options);
    if (result.exitCode !== NOT_ENTERED || !result.stderr.startsWith('cannot enter')) return result;
    return (await this.#host(true)).run(argv, options);
  }

  async start(argv: readonly string[], options?: Omit<RunOptions, 'stdin' | 'timeoutMs'>): Promise<Running> {
    return (await this.#host(false)).start(argv, options);
  }

  async read(path: string): Promise<Buffer | undefined> {
    return (await this.#host(false)).read(path);
  }

  async write(files: readonly HostFile[]): Promise<void> {
    await (await this.#host(false)).write(files);
  }

  async #host(anew: boolean): Promise<AgentHost> {
    const pod = await this.#pid(anew);
    return new AgentHost(this.name, this.#agent(), { pod, networkOnly: true });
  }
}
