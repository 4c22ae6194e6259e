// K3s on machines of the user's, which the Pulumi program has prepared (infra/components/k3s-hosts.ts): reached by ssh.
import { exec } from '../../util/exec.ts';
import { writeAtomic } from '../../util/write-atomic.ts';
import type { ClusterSpec, Operation } from '../backend.ts';
import type { Refusal, ToolFacts, ToolState } from '../kubernetes/cluster-tool.ts';
import type { NodeAccess } from '../kubernetes/node-access.ts';
import type { K3sHost } from './hosts.ts';
import { withServer } from './kubeconfig.ts';
import { type ScriptWords, scriptArgv, type Verb } from './script.ts';
import { scriptError } from './script-error.ts';
import { type SshAccessOptions, sshAccess } from './ssh-access.ts';
import { type SshHost, sshHostText } from './ssh-host.ts';
import { sshProblem } from './ssh-problem.ts';

/** @param root where the file system of the machines begins (tests) */
export class K3sOverSsh {
  readonly #options: SshAccessOptions;
  readonly #root: string;

  constructor(options: SshAccessOptions = {}, root = '') {
    this.#options = options;
    this.#root = root;
  }

  async probe(hosts: string): Promise<Refusal | undefined> {
    const op = { signal: AbortSignal.timeout(60_000) };
    const access = this.access(hosts);
    try {
      await access.open?.(op);
      return undefined;
    } catch (error) {
      const [reason = '', ...rest] = (error as Error).message.split('\n');
      return { reason, fix: rest.join('\n') };
    } finally {
      await access.close?.(op);
    }
  }

  /** K3s runs there already; what is left to do is to get its kubeconfig. */
  async create(spec: ClusterSpec, facts: ToolFacts, kubeconfig: string, op: Operation): Promise<void> {
    const hosts = hostsOf(String(facts.hosts));
    const without = spec.nodes.find(({ name }) => !hosts.some((host) => host.name === name));
    if (without) throw new Error(`node ${without.name} has no machine\nname one for it in cnilab:k3s`);
    const text = await this.#onServer('kubeconfig', facts, op);
    await writeAtomic(kubeconfig, withServer(text, serverOf(hosts).host));
  }

  async state(facts: ToolFacts, op: Operation): Promise<ToolState> {
    return (await this.#onServer('state', facts, op)).trim() as ToolState;
  }

  access(hosts: string): NodeAccess {
    return sshAccess(hostsOf(hosts), this.#options);
  }

  async #onServer(verb: Verb, facts: ToolFacts, op: Operation): Promise<string> {
    const server = serverOf(hostsOf(String(facts.hosts)));
    const access = sshAccess([server], this.#options);
    try {
      await access.open?.(op);
      const words: ScriptWords = { id: String(facts.id), role: 'server', root: this.#root };
      const { argv } = access.enter(server.name, scriptArgv(verb, words));
      const { exitCode, stdout, stderr } = await exec(argv, { signal: op.signal, timeoutMs: 60_000 });
      if (exitCode === 0) return stdout;
      const problem = exitCode === 255 ? sshProblem(server, stderr) : undefined;
      if (problem) throw new Error(`${problem.reason}\n${problem.fix}`);
      throw scriptError(sshHostText(server), exitCode, stderr);
    } finally {
      await access.close?.(op);
    }
  }
}

/** The text that the Pulumi program gives as a setting: the server first. */
export function hostsText(hosts: readonly K3sHost[]): string {
  return JSON.stringify(hosts);
}

function hostsOf(text: string): readonly SshHost[] {
  return JSON.parse(text) as readonly SshHost[];
}

function serverOf([server]: readonly SshHost[]): SshHost {
  if (!server) throw new Error('cnilab:k3s names no machine');
  return server;
}
