// The only place that starts processes. Each gets its own process group, and the whole group dies on timeout or abort.
import { constants } from 'node:os';
import { execa } from 'execa';
import { shellQuote } from './shell-quote.ts';

export interface ExecOptions {
  /** Complete environment. Default: this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Milliseconds until the process group is killed. @default no limit */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Run as this user; needs root. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

export interface ExecResult {
  /** 128 + n when signal n ended it; 127 when it could not be started. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Starts a process in its own group, with pipes on all three streams. Never rejects: look at the result. */
export function startProcess(argv: readonly string[], options: ExecOptions = {}) {
  const [file, ...args] = argv;
  if (file === undefined) throw new TypeError('an empty argv cannot be run');
  return execa(file, args, {
    buffer: false,
    stdin: 'pipe',
    ...childOptions(options),
  });
}

/** Starts a process that outlives this one, in a session of its own and without streams. At once: this process may be at its end. */
export function leaveBehind(argv: readonly string[]): void {
  const [file, ...args] = argv;
  if (file === undefined) throw new TypeError('an empty argv cannot be run');
  execa(file, args, { detached: true, stdio: 'ignore', cleanup: false, reject: false });
}

/** Runs a process to its end. A non-zero exit is a result; a process that cannot be started has exit code 127. */
export async function exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  options.signal?.throwIfAborted();
  const [file, ...args] = argv;
  if (file === undefined) throw new TypeError('an empty argv cannot be run');
  const child = execa(file, args, {
    maxBuffer: 256 * 1024 * 1024,
    ...(options.stdin === undefined ? { stdin: 'ignore' as const } : { input: options.stdin }),
    ...childOptions(options),
  });
  let timedOut = false;
  const kill = () => killGroup(child.pid, 'SIGKILL');
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          kill();
        }, options.timeoutMs);
  options.signal?.addEventListener('abort', kill, { once: true });
  try {
    const result = await child;
    const code = result.exitCode ?? (result.signal ? 128 + constants.signals[result.signal] : 127);
    const stderr = timedOut
      ? `${result.stderr}\n${shellQuote(argv.slice(0, 3))}: no answer within ${(options.timeoutMs ?? 0) / 1000} s`.trim()
      : result.exitCode === undefined && !result.signal
        ? `${shellQuote(argv)}: ${result.shortMessage}`
        : result.stderr;
    options.signal?.throwIfAborted();
    return { exitCode: code, stdout: result.stdout, stderr, timedOut };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', kill);
  }
}

/** What execa is told for every process. A child in a group of its own does not end with this process. */
function childOptions({ env, cwd, uid, gid }: ExecOptions) {
  return {
    reject: false,
    stripFinalNewline: false,
    detached: true,
    extendEnv: env === undefined,
    ...(env && { env }),
    ...(cwd !== undefined && { cwd }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  } as const;
}

/** Signals a whole process group; a group that is gone is fine, and so is one of another user's (sudo), which ends by itself. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
