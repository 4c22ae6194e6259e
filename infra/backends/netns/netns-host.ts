// A node, or a pod on it, as a Host: jobs of the node's resident shell.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { shellWord } from '../../util/shell-quote.ts';
import type { Host, HostFile, Running, RunOptions, RunResult } from '../host.ts';
import { HostError } from '../host-error.ts';
import type { Agent } from './agent.ts';

/** @param podPid PID (inside) of the pod's pause process; undefined for the node itself */
export class NetnsHost implements Host {
  readonly name: string;
  readonly #agent: Agent;
  readonly #prefix: readonly string[];

  constructor(name: string, agent: Agent, podPid?: number) {
    this.name = name;
    this.#agent = agent;
    this.#prefix = podPid === undefined ? [] : ['nsenter', '-t', String(podPid), '-m', '-n', '-u', '--'];
  }

  async run(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
    const result = await this.#agent.run(this.name, [...this.#prefix, ...argv], options);
    if (isMissing(argv, result)) throw new HostError('spawn', this.name, argv, 'there is no such command');
    return result;
  }

  async start(
    argv: readonly string[],
    options: Omit<RunOptions, 'stdin' | 'timeoutMs'> = {},
  ): Promise<Running> {
    options.signal?.throwIfAborted();
    const running = this.#agent.start(this.name, [...this.#prefix, ...argv], options.env);
    const stop = () => void running.stop('SIGKILL').catch(() => undefined);
    options.signal?.addEventListener('abort', stop, { once: true });
    const forget = () => options.signal?.removeEventListener('abort', stop);
    running.exited.then(forget, forget);
    return running;
  }

  async read(file: string): Promise<Buffer | undefined> {
    const missing = 44;
    const { exitCode, stdout, stderr, argv } = await this.run([
      ...['sh', '-c', `[ -e "$1" ] || exit ${missing}; base64 -w0 -- "$1"`, 'read', file],
    ]);
    if (exitCode === missing) return undefined;
    if (exitCode !== 0) throw new HostError('failed', this.name, argv, `cannot read ${file}`, stderr);
    return Buffer.from(stdout, 'base64');
  }

  async write(files: readonly HostFile[]): Promise<void> {
    if (files.length === 0) return;
    // On standard input: an argument may have 128 KiB (execve(2), MAX_ARG_STRLEN).
    const script = writeScript(files, randomBytes(4).toString('hex'));
    const { exitCode, stderr, argv } = await this.run(['sh', '-e'], { stdin: script });
    if (exitCode !== 0) throw new HostError('failed', this.name, argv, 'cannot write files', stderr);
  }
}

/** Whether bash (on a node) or nsenter (in a pod) found no program; a shell that was asked for speaks of itself otherwise. */
function isMissing(argv: readonly string[], { exitCode, stderr }: RunResult): boolean {
  if (exitCode !== 127) return false;
  const [command = ''] = argv;
  const said = stderr.trimEnd();
  return (
    said === `nsenter: failed to execute ${command}: No such file or directory` ||
    (/^\S+: line \d+: /.test(said) &&
      (said.endsWith(`: ${command}: command not found`) ||
        said.endsWith(`: ${command}: No such file or directory`)))
  );
}

/** One `mkdir`, one `mv` a directory: each file is written whole into a staging directory beside its target. */
function writeScript(files: readonly HostFile[], token: string): string {
  const byDirectory = Map.groupBy(files, (file) => path.dirname(file.path));
  const staging = (directory: string) => path.join(directory, `.cnilab-${token}`);
  const lines = [
    `mkdir -p ${[...byDirectory.keys()].map((directory) => shellWord(staging(directory))).join(' ')}`,
  ];
  for (const [directory, group] of byDirectory) {
    const staged = group.map((file) => shellWord(path.join(staging(directory), path.basename(file.path))));
    group.forEach((file, i) => {
      // umask is a builtin and chmod a process.
      const mask = (0o777 & ~(file.mode ?? 0o644)).toString(8);
      lines.push(`umask ${mask}; printf %s ${shellWord(file.content)} > ${staged[i]}`);
    });
    lines.push(`mv -f ${staged.join(' ')} ${shellWord(`${directory}/`)}`);
  }
  lines.push(`rmdir ${[...byDirectory.keys()].map((directory) => shellWord(staging(directory))).join(' ')}`);
  return lines.join('\n');
}
