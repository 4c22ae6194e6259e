// A pod of a real cluster as a Host: its network namespace and host name, with the tools and files of its node. Its image may have no
// tools at all.
import { AgentHost } from '../agent-host.ts';
import type { RunOptions, RunResult } from '../host.ts';
import type { Agent } from '../netns/agent.ts';
import { LazyHost } from './lazy-host.ts';

/** What the agent says when a process to be entered is gone. */
const NOT_ENTERED = 125;

export class PodNetworkHost extends LazyHost {
  readonly #hostOf: (anew: boolean) => Promise<AgentHost>;

  /** @param pid of a process in the pod's network, in its node's PID namespace; `anew`: the last one is gone */
  constructor(name: string, agent: () => Agent, pid: (anew: boolean) => Promise<number>) {
    const hostOf = async (anew: boolean) => {
      const pod = await pid(anew);
      return new AgentHost(name, agent(), { pod, networkOnly: true });
    };
    super(name, () => hostOf(false));
    this.#hostOf = hostOf;
  }

  override async run(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
    const result = await super.run(argv, options);
    if (result.exitCode !== NOT_ENTERED || !result.stderr.startsWith('cannot enter')) return result;
    return (await this.#hostOf(true)).run(argv, options);
  }
}
