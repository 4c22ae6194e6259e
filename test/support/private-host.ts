// A Host for tests: a throwaway user, mount, network, PID and UTS namespace that ends with the test, however it ends.
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Host, HostFile, Running, RunOptions, RunResult } from '../../infra/backends/host.ts';
import { HostError } from '../../infra/backends/host-error.ts';
import { exec, killGroup, startProcess } from '../../infra/util/exec.ts';
import { shellWord } from '../../infra/util/shell-quote.ts';

export interface PrivateNetns {
  /** As a CNI plugin is told: `/proc/<pid>/ns/net`, seen from the host. */
  readonly path: string;
  /** Of a process living in it, in the host's PID namespace. */
  readonly pid: number;
}

export interface PrivateHost {
  readonly host: Host;
  /** A fresh network namespace with `lo` down, as a pod has before CNI. */
  makeNetns(): Promise<PrivateNetns>;
  /** PID of the namespace's first process, as the machine numbers it. */
  readonly holderPid: number;
  /** Ends every process of the host and frees its namespaces. Idempotent. */
  close(): Promise<void>;
}

export interface PrivateHostOptions {
  /**
   * A user namespace of its own. tcpdump cannot run in one whose only uid is 0 (it cannot give up what it does not
   * have), so captures ask for none, which takes real root.
   * @default true
   */
  readonly userns?: boolean;
}

const ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C',
};

/** The test's own /run, /etc/cni and /var/lib/cni; the machine's /etc and /var/lib are seen through symlinks. */
const SETUP = `set -e
mount -t tmpfs -o mode=755 tmpfs /run
shadow() {
  mkdir -p "/run/.machine$1"
  mount --rbind "$1" "/run/.machine$1"
  mount -t tmpfs -o mode=755 tmpfs "$1"
  for entry in "/run/.machine$1"/*; do ln -s "$entry" "$1/"; done
  rm -f "$1/cni"; mkdir -p "$1/cni"
}
shadow /etc
shadow /var/lib
mkdir -p /etc/cni/net.d
ip link set lo up
echo ready
exec cat >/dev/null
`;

/**
 * Makes a host of its own for one test file. It ends when this process ends, because its first process reads our pipe.
 * @throws when the machine forbids user namespaces.
 */
export async function privateHost(name = 'private', options: PrivateHostOptions = {}): Promise<PrivateHost> {
  const userns = options.userns ?? true;
  const flags = [
    ...(userns ? ['-U', '-r'] : []),
    '-m',
    '-n',
    '-p',
    '-i',
    '-u',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  const child = startProcess(['unshare', ...flags, '--propagation', 'private', '--', 'sh', '-c', SETUP], {
    env: ENV,
  });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const ready = await new Promise<boolean>((resolve) => {
    child.stdout?.once('data', () => resolve(true));
    child.stdout?.once('end', () => resolve(false));
  });
  if (!ready || child.pid === undefined) {
    throw new Error(`no private host: unshare failed: ${errors.join('').trim() || 'no message'}`);
  }
  const children = await exec(['cat', `/proc/${child.pid}/task/${child.pid}/children`]);
  const holderPid = Number(children.stdout.trim());
  const host = hostOf(name, holderPid, userns);
  return {
    host,
    holderPid,
    async makeNetns() {
      const script = 'sleep infinity </dev/null >/dev/null 2>&1 & echo $!';
      const { stdout } = await host.run(['unshare', '-n', 'sh', '-c', script]);
      const pid = Number(stdout.trim());
      return { pid, path: `/proc/${pid}/ns/net` };
    },
    async close() {
      killGroup(child.pid, 'SIGKILL');
      await child;
    },
  };
}

function hostOf(name: string, pid: number, userns: boolean): Host {
  const enter = [
    'nsenter',
    '-t',
    `${pid}`,
    ...(userns ? ['-U', '--preserve-credentials'] : []),
    '-m',
    '-n',
    '-p',
    '-i',
    '-u',
    '--',
  ];
  async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const startedNs = BigInt(Date.now()) * 1_000_000n;
    const before = process.hrtime.bigint();
    const limit = options.timeoutMs ?? 30_000;
    const result = await exec([...enter, ...argv], {
      env: options.env ?? ENV,
      timeoutMs: limit,
      ...(options.stdin !== undefined && { stdin: options.stdin }),
      ...(options.signal && { signal: options.signal }),
    }).catch((cause) => {
      throw new HostError('aborted', name, argv, 'aborted', '', { cause });
    });
    if (result.timedOut) {
      // The last line is exec's own word on the limit, which the error says itself.
      const said = result.stderr.split('\n').slice(0, -1).join('\n');
      throw new HostError('timeout', name, argv, `killed after ${limit} ms`, said);
    }
    if (/^nsenter: (failed to execute|cannot open)/.test(result.stderr)) {
      throw new HostError('spawn', name, argv, 'cannot be started', result.stderr);
    }
    const { exitCode, stdout, stderr } = result;
    const durationNs = process.hrtime.bigint() - before;
    return { argv, exitCode, stdout, stderr, startedNs, durationNs };
  }
  return {
    name,
    run,
    start: async (argv, options = {}) => start(argv, [...enter, ...argv], options.env ?? ENV),
    async read(path) {
      const { exitCode, stdout } = await run(['cat', path]);
      return exitCode === 0 ? Buffer.from(stdout) : undefined;
    },
    async write(files) {
      const { exitCode, stderr } = await run(['sh', '-e'], { stdin: files.map(writeScript).join('') });
      if (exitCode !== 0) throw new HostError('failed', name, ['sh', '-e'], 'cannot write files', stderr);
    },
  };
}

function writeScript({ path, content, mode = 0o644 }: HostFile): string {
  const [file, temp] = [shellWord(path), shellWord(`${path}.temp`)];
  const encoded = Buffer.from(content).toString('base64');
  return `mkdir -p "$(dirname ${file})"
base64 -d >${temp} <<'END'
${encoded}
END
chmod ${mode.toString(8)} ${temp}
mv ${temp} ${file}
`;
}

function start(
  argv: readonly string[],
  full: readonly string[],
  env: Readonly<Record<string, string>>,
): Running {
  const startedNs = BigInt(Date.now()) * 1_000_000n;
  const child = startProcess(full, { env });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exited = child.then((result): RunResult => {
    const durationNs = BigInt(Date.now()) * 1_000_000n - startedNs;
    const exitCode = result.exitCode ?? 128 + (result.signal ? constants.signals[result.signal] : 0);
    return { argv, exitCode, stdout: Buffer.concat(chunks).toString(), stderr: '', startedNs, durationNs };
  });
  return {
    argv,
    stderrLines: lines(child.stderr),
    exited,
    signal: (name) => killGroup(child.pid, name),
    async stop(signal = 'SIGINT') {
      killGroup(child.pid, signal);
      return { result: await exited, stdout: Buffer.concat(chunks) };
    },
  };
}

/** Lines as they come; breaking out of the loop neither waits for the process nor blocks it. */
async function* lines(stream: Readable | null): AsyncGenerator<string> {
  if (!stream) return;
  const reader = createInterface({ input: stream });
  try {
    yield* reader;
  } finally {
    stream.resume();
  }
}
