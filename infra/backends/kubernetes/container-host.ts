// A container of a pod on a real cluster as a Host: everything of the container's, its files and environment too.

import type { PodStatus } from '../backend.ts';
import type { Host, HostFile, Running, RunOptions, RunResult } from '../host.ts';
import { HostError } from '../host-error.ts';

/** Exit status of `read` when there is no such file. */
const NO_FILE = 44;

/**
 * Entered from its node by the PID of its first process, as the articles do it by hand.
 */
export class ContainerHost implements Host {
  readonly name: string;
  readonly #node: Host;
  readonly #pid: () => Promise<number>;

  /** @param pid in the node's PID namespace, looked up anew for every command: a container may have been restarted */
  constructor(name: string, node: Host, pid: () => Promise<number>) {
    this.name = name;
    this.#node = node;
    this.#pid = pid;
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const { env, ...rest } = options;
    const result = await this.#node.run(await this.#enter(argv, env), rest);
    // nsenter's own word for a program that the container has not (util-linux, EX_EXEC_ENOENT).
    if (result.exitCode === 127 && result.stderr.startsWith('nsenter: failed to execute'))
      throw new HostError('spawn', this.name, argv, 'there is no such command in the container');
    return { ...result, argv };
  }

  async start(
    argv: readonly string[],
    options: Omit<RunOptions, 'stdin' | 'timeoutMs'> = {},
  ): Promise<Running> {
    const { env, ...rest } = options;
    const running = await this.#node.start(await this.#enter(argv, env), rest);
    return { ...running, argv };
  }

  async read(path: string): Promise<Buffer | undefined> {
    const script = `[ -e "$1" ] || exit ${NO_FILE}; cat "$1"`;
    const { exitCode, stdout, stderr } = await this.run(['sh', '-c', script, 'read', path]);
    if (exitCode === NO_FILE) return undefined;
    if (exitCode !== 0) throw new HostError('failed', this.name, ['cat', path], 'cannot read a file', stderr);
    return Buffer.from(stdout);
  }

  async write(files: readonly HostFile[]): Promise<void> {
    const script =
      'mkdir -p "$(dirname "$1")" && base64 -d > "$1.$$" && chmod "$2" "$1.$$" && mv "$1.$$" "$1"';
    await Promise.all(
      files.map(async ({ path, content, mode = 0o644 }) => {
        const argv = ['sh', '-c', script, 'write', path, mode.toString(8)];
        const { exitCode, stderr } = await this.run(argv, { stdin: Buffer.from(content).toString('base64') });
        if (exitCode !== 0) throw new HostError('failed', this.name, argv, 'cannot write a file', stderr);
      }),
    );
  }

  async #enter(argv: readonly string[], env: RunOptions['env']): Promise<readonly string[]> {
    const pid = await this.#pid();
    return enterContainerArgv(pid, argv, env);
  }
}

/** @param name pod, or pod/container, in which something was to be done @param pod undefined when it does not run */
export function notRunning(name: string, pod: PodStatus | undefined): HostError {
  const containers = pod?.containers.map((one) => one.name).join(', ');
  const what = containers ? `the container does not run; there run ${containers}` : 'the pod does not run';
  return new HostError('gone', name, [], what);
}

/**
 * What runs `argv` in a container, on its node.
 * @param env complete environment; default: that of the container's first process
 */
export function enterContainerArgv(
  pid: number,
  argv: readonly string[],
  env?: Readonly<Record<string, string>>,
): readonly string[] {
  const variables = env && Object.entries(env).map(([key, value]) => `${key}=${value}`);
  return ['perl', '-e', ENTER, String(pid), String(variables?.length ?? -1), ...(variables ?? []), ...argv];
}

/**
 * The environment of a process is text with zeros between (proc(5)), which a shell cannot hold. nsenter is found before it is
 * set, since the container's PATH says nothing of the node.
 */
const ENTER = [
  'my ($pid, $count) = splice @ARGV, 0, 2;',
  'my ($nsenter) = grep { -x } map { "$_/nsenter" } split /:/, $ENV{PATH};',
  'my @env = splice @ARGV, 0, $count > 0 ? $count : 0;',
  'if ($count < 0) {',
  '  open my $file, "<", "/proc/$pid/environ" or die "the container is gone: $!\\n";',
  '  local $/; @env = split /\\0/, <$file> // "";',
  '}',
  '%ENV = map { /^([^=]+)=(.*)/s ? ($1, $2) : () } @env;',
  'exec { $nsenter // "nsenter" } "nsenter", "-t", $pid, qw(-m -n -u -i -p -r -w --), @ARGV; die "nsenter: $!\\n"',
].join(' ');
