// The seam: a Host is anything that can run an argv. Everything above it is written once and never names a backend.

/** How one command is to be run. */
export interface RunOptions {
  /** Complete environment of the command. Default: the host's own minimal one (PATH, HOME, LANG=C). */
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes given to the command's standard input; default: none (/dev/null). */
  readonly stdin?: string;
  /** Milliseconds until the command's whole process group is killed. @default 30000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What a finished command left. A non-zero exit is a result, not an error. */
export interface RunResult {
  /** The command as it was asked for. */
  readonly argv: readonly string[];
  /** Exit status; 128 + n when signal n ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall-clock start, ns since the epoch, on the host's own clock. */
  readonly startedNs: bigint;
  /** Time the command itself took on the host (queueing excluded), ns. */
  readonly durationNs: bigint;
}

/** A command that runs until it is told to stop (a tap, a server). */
export interface Running {
  readonly argv: readonly string[];
  /** Lines of standard error, as they are written. Ends when the command does. */
  readonly stderrLines: AsyncIterable<string>;
  /** Resolves when the command has ended, however it ended. */
  readonly exited: Promise<RunResult>;
  /** Sends a signal that does not end it; nothing happens when it has ended already. */
  signal(name: NodeJS.Signals): void;
  /**
   * Standard output as it is now, for whoever knows that nothing of interest is to come: from then on `stop` gives no other.
   * Only where output is there as soon as it has been written; undefined where it has a way to go.
   */
  readonly take?: (() => Buffer) | undefined;
  /** Sends the signal (default SIGINT) and waits for the end. Idempotent. Standard output, in full, as bytes. */
  stop(signal?: NodeJS.Signals): Promise<{ readonly result: RunResult; readonly stdout: Buffer }>;
}

/** A file to be written. Written to a temporary name in the same directory, then renamed. */
export interface HostFile {
  readonly path: string;
  /** Text, written as UTF-8, or bytes. */
  readonly content: string | Uint8Array;
  /** @default 0o644 */
  readonly mode?: number;
}

/** A place where commands run: a node, or a pod's network namespace. */
export interface Host {
  /** Node name, pod name, or `pod/container`. */
  readonly name: string;
  /** Of a node: where its runtime looks for CNI configuration. @default /etc/cni/net.d */
  readonly cniConfigDir?: string | undefined;
  /** @throws HostError when the command could not be started, timed out, or the host is gone. */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Starts a long-lived command; its standard output is kept until `stop`. */
  start(argv: readonly string[], options?: Omit<RunOptions, 'stdin' | 'timeoutMs'>): Promise<Running>;
  /** File contents, or undefined when there is no such file. */
  read(path: string): Promise<Buffer | undefined>;
  /** Writes all of them (creating directories) in one go. */
  write(files: readonly HostFile[]): Promise<void>;
}
