// One resident shell inside a node (or the sandbox): jobs cost the fork of a small shell. See scripts/agent.sh.

import { constants, readFileSync, unlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startProcess } from '../../util/exec.ts';
import { shellQuote, shellWord } from '../../util/shell-quote.ts';
import type { Running, RunOptions, RunResult } from '../host.ts';
import { HostError } from '../host-error.ts';
import { enterArgv, enterCredentials, LAB_ENV } from './enter.ts';
import { LineQueue } from './line-queue.ts';
import { isHolderAlive, labPath, type SandboxFacts } from './sandbox-facts.ts';
import { scriptText } from './script-text.ts';

const DEFAULT_TIMEOUT_MS = 30_000;

interface Job {
  readonly argv: readonly string[];
  readonly host: string;
  readonly settle: (outcome: RunResult | HostError, stdout: Buffer) => void;
  readonly lines?: LineQueue;
  pgid?: number;
  /** A signal that arrived before the job said its process group. */
  pendingSignal?: string;
}

let nextId = 0;

/** A connection to the sandbox at one process's namespaces. Starts its shell on first use. */
export class Agent {
  readonly #facts: SandboxFacts;
  readonly #pid: number;
  readonly #name: string;
  readonly #jobs = new Map<string, Job>();
  #child: ReturnType<typeof startProcess> | undefined;
  #ended: HostError | undefined;
  #startError = '';

  /** @param pid process inside whose namespaces jobs run in */
  constructor(facts: SandboxFacts, pid: number, name: string) {
    this.#facts = facts;
    this.#pid = pid;
    this.#name = name;
  }

  /** Runs one command to its end. */
  run(host: string, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const input = options.stdin === undefined ? '</dev/null' : `<<<${shellWord(options.stdin)}`;
    return new Promise((resolve, reject) => {
      const id = this.#begin('job', host, argv, options.env, input, (outcome) => {
        clearTimeout(timer);
        options.signal?.removeEventListener('abort', abort);
        if (outcome instanceof HostError) reject(outcome);
        else resolve(outcome);
      });
      const limit = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const timer = setTimeout(
        () => this.#end(id, 'timeout', `did not end within ${limit / 1000} s and was killed`),
        limit,
      );
      const abort = () => this.#end(id, 'aborted', 'was interrupted');
      if (options.signal?.aborted) abort();
      else options.signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Starts a long-running command. */
  start(host: string, argv: readonly string[], env?: RunOptions['env']): Running {
    const lines = new LineQueue();
    let finish: (value: { result: RunResult; stdout: Buffer }) => void;
    let fail: (error: HostError) => void;
    const done = new Promise<{ result: RunResult; stdout: Buffer }>((resolve, reject) => {
      finish = resolve;
      fail = reject;
    });
    done.catch(() => undefined);
    const settle: Job['settle'] = (outcome, stdout) => {
      lines.end();
      if (outcome instanceof HostError) fail(outcome);
      else finish({ result: outcome, stdout });
    };
    const id = this.#begin('tap', host, argv, env, '', settle, lines);
    return {
      argv,
      stderrLines: lines,
      exited: done.then(({ result }) => result),
      stop: (signal = 'SIGINT') => {
        this.#signal(id, signal);
        return done;
      },
    };
  }

  /** Ends the shell and every job it still runs. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#fail(new HostError('gone', this.#name, [], 'the connection was closed'));
    child.stdin.end();
    await child;
  }

  #begin(
    verb: 'job' | 'tap',
    host: string,
    argv: readonly string[],
    env: RunOptions['env'],
    input: string,
    settle: Job['settle'],
    lines?: LineQueue,
  ): string {
    const id = String(++nextId);
    const job: Job = { host, argv, settle, ...(lines && { lines }) };
    if (this.#ended || !isHolderAlive(this.#facts)) {
      queueMicrotask(() => settle(this.#ended ?? this.#gone(host, argv), Buffer.alloc(0)));
      return id;
    }
    this.#jobs.set(id, job);
    const assignments = Object.entries(env ?? {}).map(([key, value]) => `${key}=${shellWord(value)} `);
    this.#call(`${assignments.join('')}${verb} ${id} ${shellQuote(argv)} ${input}\n`);
    return id;
  }

  #call(text: string): void {
    this.#shell().stdin.write(`${Buffer.byteLength(text)}\n${text}`);
  }

  #shell() {
    if (this.#child) return this.#child;
    const bash = ['bash', '--norc', '--noprofile', '-c', scriptText('agent')];
    const argv = enterArgv(this.#facts, this.#pid, bash);
    const child = startProcess(argv, { env: LAB_ENV, ...enterCredentials(this.#facts) });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.#line(line));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#startError = (this.#startError + chunk.toString()).slice(-4000);
    });
    void child.then(() => this.#fail(this.#gone(this.#name, argv)));
    return child;
  }

  #gone(host: string, argv: readonly string[]): HostError {
    const why = isHolderAlive(this.#facts)
      ? 'the node cannot be entered'
      : 'the sandbox is gone (killed, or the machine was restarted)';
    return new HostError('gone', host, argv, why, this.#startError);
  }

  #line(line: string): void {
    const [tag, id = '', ...rest] = line.split(' ');
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    if (tag === 'P') {
      job.pgid = Number(rest[0]);
      if (job.pendingSignal) this.#send(job.pgid, job.pendingSignal);
    } else if (tag === 'E') job.lines?.push(rest.join(' '));
    else if (tag === 'X') this.#finish(id, job, rest);
  }

  #finish(id: string, job: Job, [status, start, end]: string[]): void {
    this.#jobs.delete(id);
    const startedNs = toNs(start ?? '0');
    const stdout = this.#take(`${id}.o`);
    const result: RunResult = {
      argv: job.argv,
      exitCode: Number(status),
      stdout: job.lines ? '' : stdout.toString(),
      stderr: job.lines ? job.lines.text() : this.#take(`${id}.e`).toString(),
      startedNs,
      durationNs: toNs(end ?? '0') - startedNs,
    };
    job.settle(result, stdout);
  }

  /** Reads and removes a job's output. */
  #take(name: string): Buffer {
    const path = labPath(this.#facts, name);
    try {
      const content = readFileSync(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW });
      unlinkSync(path);
      return content;
    } catch {
      return Buffer.alloc(0);
    }
  }

  #signal(id: string, signal: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    if (job.pgid === undefined) job.pendingSignal = signal;
    else this.#send(job.pgid, signal);
  }

  #send(pgid: number, signal: string): void {
    this.#call(`kill_job ${pgid} ${signal.replace(/^SIG/, '')}\n`);
  }

  #end(id: string, reason: 'timeout' | 'aborted', detail: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    this.#signal(id, 'SIGKILL');
    this.#jobs.delete(id);
    const stderr = this.#take(`${id}.e`).toString();
    this.#take(`${id}.o`);
    job.settle(new HostError(reason, job.host, job.argv, detail, stderr), Buffer.alloc(0));
  }

  #fail(error: HostError): void {
    if (this.#ended) return;
    this.#ended = error;
    for (const [id, job] of this.#jobs) {
      this.#jobs.delete(id);
      job.settle(
        new HostError('gone', job.host, job.argv, error.message.split('\n')[0] ?? '', error.stderr),
        Buffer.alloc(0),
      );
    }
  }
}

/** Seconds with microseconds (bash's EPOCHREALTIME) to ns. */
function toNs(seconds: string): bigint {
  const [whole = '0', fraction = ''] = seconds.split(/[.,]/);
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}
