// A node, or a pod on it, as a Host: jobs of the node's resident process.
import type { Host, HostFile, Running, RunOptions, RunResult } from './host.ts';
import { HostError } from './host-error.ts';
import type { Agent, Place } from './netns/agent.ts';

export class AgentHost implements Host {
  readonly name: string;
  readonly #agent: Agent;
  readonly #place: Place;
  readonly #root: string;

  /** @param place where in the node; default: the node itself */
  constructor(name: string, agent: Agent, place: Omit<Place, 'host'> = {}) {
    this.name = name;
    this.#agent = agent;
    this.#place = { host: name, ...place };
    // A pod's mounts are its own, and this is how its node sees them.
    this.#root = place.pod === undefined || place.networkOnly ? '' : `/proc/${place.pod}/root`;
  }

  async run(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
    const result = await this.#agent.run(this.#place, argv, options);
    if (isMissing(argv, result)) throw new HostError('spawn', this.name, argv, 'there is no such command');
    return result;
  }

  async start(
    argv: readonly string[],
    options: Omit<RunOptions, 'stdin' | 'timeoutMs'> = {},
  ): Promise<Running> {
    options.signal?.throwIfAborted();
    const running = this.#agent.start(this.#place, argv, options.env);
    const stop = () => void running.stop('SIGKILL').catch(() => undefined);
    options.signal?.addEventListener('abort', stop, { once: true });
    const forget = () => options.signal?.removeEventListener('abort', stop);
    running.exited.then(forget, forget);
    return running;
  }

  async read(file: string): Promise<Buffer | undefined> {
    return this.#agent.read(`${this.#root}${file}`);
  }

  async write(files: readonly HostFile[]): Promise<void> {
    if (files.length === 0) return;
    await this.#agent.write(files.map((file) => ({ ...file, path: `${this.#root}${file.path}` })));
  }
}

/** Whether the agent found no program; a program that fails speaks of itself otherwise. */
function isMissing([command = '']: readonly string[], { exitCode, stderr }: RunResult): boolean {
  return exitCode === 127 && stderr === `cannot run ${command}: No such file or directory\n`;
}
