// K3s on this machine, as its vendor's installer puts it there: one node, root, and only when the user allows it.
import { exec } from '../../util/exec.ts';
import { writeAtomic } from '../../util/write-atomic.ts';
import type { ClusterSpec, Operation } from '../backend.ts';
import type { Refusal, Settings, ToolFacts, ToolState } from '../kubernetes/cluster-tool.ts';
import type { NodeAccess } from '../kubernetes/node-access.ts';
import { nodesProblem } from '../lab-problem.ts';
import { clusterNetwork } from './cluster-network.ts';
import { hostChangesText } from './host-changes.ts';
import { serverConfig } from './node-config.ts';
import { type ScriptWords, scriptArgv, type Verb } from './script.ts';
import { scriptError } from './script-error.ts';

const MINUTE = 60_000;

/** What tests put in the place of the machine. */
export interface HereOptions {
  /** Directory that stands for /. @default '' */
  readonly root?: string;
  /** Complete environment of the script. @default this process's own */
  readonly env?: Readonly<Record<string, string>>;
  /** What makes a command root's. @default nothing for root, `sudo -n` for others */
  readonly asRoot?: readonly string[];
  /** Seconds that the API has to become ready. @default 180 */
  readonly apiSeconds?: number;
}

export class K3sHere {
  readonly #root: string;
  readonly #env: HereOptions['env'];
  readonly #asRoot: readonly string[];
  readonly #apiSeconds: number;

  constructor({ root = '', env, asRoot, apiSeconds = 180 }: HereOptions) {
    this.#apiSeconds = apiSeconds;
    this.#root = root;
    this.#env = env;
    this.#asRoot = asRoot ?? (process.getuid?.() === 0 ? [] : ['sudo', '-n', '--']);
  }

  async probe(settings: Settings): Promise<Refusal | undefined> {
    if (settings.allowHostChanges !== 'true') {
      return {
        reason: `the k3s backend installs K3s on this machine itself, which changes it:\n${hostChangesText()}`,
        fix: 'if that is what you want: up with --set allowHostChanges=true; else name machines of yours in cnilab:k3s, or use another backend',
      };
    }
    if (
      this.#asRoot.length > 0 &&
      (await exec([...this.#asRoot, 'true'], this.#options({}))).exitCode !== 0
    ) {
      return {
        reason: 'K3s on this machine needs root, and sudo asks for a password',
        fix: 'run the same command with sudo, or let sudo ask for none (visudo, NOPASSWD)',
      };
    }
    const { exitCode, stderr } = await this.#script('check', {});
    if (exitCode === 0) return undefined;
    const [reason = '', ...rest] = scriptError('this machine', exitCode, stderr).message.split('\n');
    return { reason, fix: rest.join('\n') };
  }

  /** Installs it, and waits until its API is ready; what is there of this `id` already is gone on with. */
  async create(spec: ClusterSpec, facts: ToolFacts, kubeconfig: string, op: Operation): Promise<void> {
    const [node] = spec.nodes;
    if (!node) throw new Error('a lab without nodes cannot be made on K3s: add one to cluster.nodes');
    const tooMany = nodesProblem(spec.nodes.length);
    if (tooMany !== undefined) {
      throw new Error(
        `${tooMany}\n` +
          'name a machine for each in cnilab:k3s, reached by ssh (this one may be among them), or use kind or netns',
      );
    }
    const { version, installer, binary, images } = spec.settings ?? {};
    const words = { id: String(facts.id), role: 'server' as const };
    op.progress?.(`K3s changes this machine:\n${hostChangesText()}`);
    await this.#must('claim', words, op);
    op.progress?.(`K3s ${version ?? ''} is being installed`.replace('  ', ' '));
    const config = serverConfig({ id: words.id, node: node.name, network: clusterNetwork(spec) });
    const said = await this.#must(
      'install',
      { ...words, version, installer, binary, images, seconds: String(this.#apiSeconds) },
      op,
      config,
    );
    op.progress?.(`${said.trim()} runs`);
    await writeAtomic(kubeconfig, await this.#must('kubeconfig', words, op));
  }

  async state(facts: ToolFacts, op: Operation): Promise<ToolState> {
    const said = await this.#must('state', { id: String(facts.id), role: 'server' }, op);
    return said.trim() as ToolState;
  }

  async delete(facts: ToolFacts, op: Operation): Promise<void> {
    await this.#must('release', { id: String(facts.id), role: 'server' }, op);
  }

  access(): NodeAccess {
    const argvOf = (argv: readonly string[]) => [...this.#asRoot, ...argv];
    return {
      name: 'this machine',
      enter: (_, argv) => ({ argv: argvOf(argv) }),
      shell: (_, argv) => ({ argv: argvOf(argv), env: {} }),
    };
  }

  async #must(verb: Verb, words: ScriptWords, op: Operation, stdin?: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#script(verb, words, op, stdin);
    if (exitCode !== 0) throw scriptError('this machine', exitCode, stderr);
    return stdout;
  }

  #script(verb: Verb, words: ScriptWords, op?: Operation, stdin?: string) {
    const argv = [...this.#asRoot, ...scriptArgv(verb, { ...words, root: this.#root })];
    return exec(
      argv,
      this.#options({ ...(stdin !== undefined && { stdin }), signal: op?.signal, timeoutMs: 15 * MINUTE }),
    );
  }

  #options<T extends object>(options: T) {
    return { ...options, ...(this.#env && { env: this.#env }) };
  }
}
