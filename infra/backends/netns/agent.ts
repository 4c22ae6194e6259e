// One resident process inside a node: what is asked of it costs no process but the one asked for. See scripts/agent.pl.

import { randomUUID } from 'node:crypto';
import type { AgentGate } from '../agent-gate.ts';
import type { HostFile, Running, RunOptions, RunResult } from '../host.ts';
import { HostError } from '../host-error.ts';
import { LineQueue } from './line-queue.ts';
import { encodeMessage, type Field, MessageReader } from './message.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const KILL_GRACE_MS = 1000;
/** For an agent to end, with all that it still runs. */
const CLOSE_MS = 10_000;
/** Exit status of `read` when there is no such file. */
const NO_FILE = 44;

/** Where a command is to run. */
export interface Place {
  /** Name of the node or pod, for messages. */
  readonly host: string;
  /** PID (inside) of the pod's pause process; undefined: in the node itself. */
  readonly pod?: number | undefined;
  /** Only the pod's network and host name: the files are the node's. @default false */
  readonly networkOnly?: boolean;
}

/** How something that was asked for ended. */
interface Reply {
  readonly status: number;
  readonly startedNs: bigint;
  readonly endedNs: bigint;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

interface Job {
  readonly host: string;
  readonly argv: readonly string[];
  readonly settle: (outcome: Reply | HostError) => void;
  readonly lines?: LineQueue;
}

let nextId = 0;

/** A connection to one node. Starts its process there on first use. */
export class Agent {
  readonly #gate: AgentGate;
  readonly #name: string;
  readonly #jobs = new Map<string, Job>();
  #child: ReturnType<AgentGate['start']> | undefined;
  /** Why nothing can be asked of it any more. */
  #ended: string | undefined;
  #startError = '';

  constructor(gate: AgentGate, name: string) {
    this.#gate = gate;
    this.#name = name;
  }

  /** Whether its process is gone, so that nothing can be asked of it any more. */
  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Runs one command to its end. */
  run(place: Place, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const { signal, stdin = '', env } = options;
    const { host } = place;
    return new Promise((resolve, reject) => {
      const fields = [spaces(place), stdin, ...variables(env), ...argv];
      const id = this.#ask('run', fields, host, argv, (outcome) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        if (outcome instanceof HostError) reject(outcome);
        else resolve(runResult(argv, outcome));
      });
      const limit = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const timer = setTimeout(
        () => this.#abandon(id, 'timeout', `did not end within ${limit / 1000} s and was killed`),
        limit,
      );
      const abort = () => this.#abandon(id, 'aborted', 'was interrupted');
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Starts a long-running command. */
  start(place: Place, argv: readonly string[], env?: RunOptions['env']): Running {
    const { host } = place;
    const lines = new LineQueue();
    const file = `.tap-${randomUUID()}`;
    let taken: Buffer | undefined;
    const takeNow = this.#gate.take;
    const take =
      takeNow &&
      (() => {
        taken ??= takeNow(file);
        return taken;
      });
    const { promise, resolve, reject } = Promise.withResolvers<{ result: RunResult; stdout: Buffer }>();
    promise.catch(() => undefined);
    const settle: Job['settle'] = (outcome) => {
      lines.end();
      if (outcome instanceof HostError) return reject(outcome);
      // Of its own it has a word only when the command could not be started.
      const stderr = Buffer.from(`${lines.text()}${outcome.stderr}`);
      const result = runResult(argv, { ...outcome, stdout: Buffer.alloc(0), stderr });
      if (take) return resolve({ result, stdout: take() });
      this.#request('take', [file]).then(({ stdout }) => resolve({ result, stdout }), reject);
    };
    const fields = [file, spaces(place), ...variables(env), ...argv];
    const id = this.#ask('tap', fields, host, argv, settle, lines);
    return {
      argv,
      stderrLines: lines,
      exited: promise.then(({ result }) => result),
      signal: (name) => this.#kill(id, name),
      take,
      stop: (signal = 'SIGINT') => {
        this.#kill(id, signal);
        return promise;
      },
    };
  }

  /** @returns what is in the file; undefined when there is none */
  async read(path: string): Promise<Buffer | undefined> {
    const { status, stdout, stderr } = await this.#request('read', [path]);
    if (status === NO_FILE) return undefined;
    if (status !== 0) throw this.#failed(['read', path], 'cannot read a file', stderr);
    return stdout;
  }

  /** Writes each file whole, under another name first. */
  async write(files: readonly HostFile[]): Promise<void> {
    const fields = files.flatMap(({ path, mode = 0o644, content }) => [path, String(mode), content]);
    const { status, stderr } = await this.#request('write', fields);
    if (status !== 0) throw this.#failed(['write', files[0]?.path ?? ''], 'cannot write files', stderr);
  }

  /**
   * Starts processes that outlive this connection.
   * @returns a line for each: "name PID", and "name: what is wrong" for what could not be started
   */
  async startLasting(verb: 'pods' | 'containers', fields: readonly string[]): Promise<readonly string[]> {
    const { stdout } = await this.#request(verb, fields);
    return stdout
      .toString()
      .split('\n')
      .filter((line) => line !== '');
  }

  /** Ends processes by their PIDs (inside); those that are gone already are fine. */
  async killProcesses(pids: readonly number[]): Promise<void> {
    if (pids.length > 0) await this.#request('kill-processes', pids.map(String));
  }

  /** Ends the process and every job it still runs. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#fail('the connection was closed');
    child.stdin.end();
    // What is behind a broken connection does not notice.
    const late = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
    await child;
    clearTimeout(late);
  }

  #request(verb: string, fields: readonly Field[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#ask(verb, fields, this.#name, [verb], (outcome) =>
        outcome instanceof HostError ? reject(outcome) : resolve(outcome),
      );
    });
  }

  #ask(
    verb: string,
    fields: readonly Field[],
    host: string,
    argv: readonly string[],
    settle: Job['settle'],
    lines?: LineQueue,
  ): string {
    const id = String(++nextId);
    // Once the process runs, its end tells that the sandbox is gone.
    const ended = this.#ended ?? (this.#child === undefined ? this.#gate.gone() : undefined);
    if (ended !== undefined) {
      queueMicrotask(() => settle(this.#gone(host, argv, ended)));
      return id;
    }
    this.#jobs.set(id, { host, argv, settle, ...(lines && { lines }) });
    this.#send([verb, id, ...fields]);
    return id;
  }

  #send(fields: readonly Field[]): void {
    this.#process().stdin.write(encodeMessage(fields));
  }

  #process() {
    if (this.#child) return this.#child;
    const child = this.#gate.start();
    this.#child = child;
    child.stdin.on('error', () => undefined);
    const reader = new MessageReader();
    child.stdout.on('data', (piece: Buffer) => {
      for (const message of reader.push(piece)) this.#message(message);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#startError = (this.#startError + chunk.toString()).slice(-4000);
    });
    void child.then(() => this.#fail(this.#gate.whyEnded()));
    return child;
  }

  #gone(host: string, argv: readonly string[], why: string): HostError {
    return new HostError('gone', host, argv, why, this.#startError);
  }

  #failed(argv: readonly string[], detail: string, stderr: Buffer): HostError {
    return new HostError('failed', this.#name, argv, detail, stderr.toString());
  }

  #message([kind, idField, ...fields]: readonly Buffer[]): void {
    const id = String(idField);
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    if (String(kind) === 'line') {
      job.lines?.push(String(fields[0]));
      return;
    }
    const [status, started, ended, stdout, stderr] = fields;
    if (!stdout || !stderr) throw new Error(`the agent of ${this.#name} ended a job without its output`);
    this.#jobs.delete(id);
    job.settle({
      status: Number(status),
      startedNs: BigInt(String(started)),
      endedNs: BigInt(String(ended)),
      stdout,
      stderr,
    });
  }

  #kill(id: string, signal: string): void {
    if (this.#jobs.has(id)) this.#send(['kill', id, signal.replace(/^SIG/, '')]);
  }

  #abandon(id: string, reason: 'timeout' | 'aborted', detail: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    this.#kill(id, 'SIGKILL');
    const settle = (stderr: string) => {
      clearTimeout(grace);
      job.settle(new HostError(reason, job.host, job.argv, detail, stderr));
    };
    // What it has said until then comes with its end, unless the kernel cannot end it now.
    const grace = setTimeout(() => {
      this.#jobs.delete(id);
      settle('');
    }, KILL_GRACE_MS);
    this.#jobs.set(id, {
      ...job,
      settle: (outcome) => settle(outcome instanceof HostError ? '' : outcome.stderr.toString()),
    });
  }

  #fail(why: string): void {
    this.#ended ??= why;
    for (const [id, { host, argv, settle }] of this.#jobs) {
      this.#jobs.delete(id);
      settle(this.#gone(host, argv, why));
    }
  }
}

/** What is entered before a command is run. */
function spaces({ pod, networkOnly }: Place): string {
  if (pod === undefined) return '';
  return networkOnly ? `net:${pod}` : String(pod);
}

/** Their number, then each. None: the host's own. */
function variables(env: RunOptions['env'] = {}): readonly string[] {
  const each = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  return [String(each.length), ...each];
}

function runResult(argv: readonly string[], reply: Reply): RunResult {
  const { status, startedNs, endedNs, stdout, stderr } = reply;
  return {
    argv,
    exitCode: status,
    stdout: stdout.toString(),
    stderr: stderr.toString(),
    startedNs,
    durationNs: endedNs - startedNs,
  };
}
