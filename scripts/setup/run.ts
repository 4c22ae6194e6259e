// Runs the programs that set-up and the test runner need, as children that end when this process is told to end.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import os from 'node:os';
import { sayStopped } from './early-stop.mjs';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** `keep`: both streams are returned. `show`: the child writes to ours. `inherit`: it reads our stdin as well. */
  readonly output?: 'keep' | 'show' | 'inherit';
  /** Called with each line of stderr as it comes; only when output is kept. */
  readonly onLine?: (line: string) => void;
}

export interface RunResult {
  /** 128 + n when signal n ended it; 127 when it could not be started. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const children = new Set<ChildProcess>();

/** Runs argv to its end. Never rejects: look at the exit code. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [file = '', ...args] = argv;
  const output = options.output ?? 'keep';
  const stdio: StdioOptions =
    output === 'keep' ? ['ignore', 'pipe', 'pipe'] : output === 'show' ? ['ignore', 1, 2] : 'inherit';
  const child = spawn(file, args, {
    stdio,
    env: options.env ?? process.env,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  children.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (options.onLine) for (const line of text.trimEnd().split('\n')) options.onLine(line);
  });
  return new Promise((resolve) => {
    const end = (exitCode: number) => {
      children.delete(child);
      resolve({ exitCode, stdout, stderr });
    };
    child.on('error', (error) => {
      stderr += error.message;
      end(127);
    });
    child.on('close', (code, signal) => end(code ?? (signal ? 128 + os.constants.signals[signal] : 1)));
  });
}

/** Ends the running children and this process when a signal asks for it. `wait`: the child decides what Ctrl-C means. */
export function endChildrenOnSignal(mode: 'kill' | 'wait'): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals) => {
    // On a terminal, Ctrl-C has reached the child too, and a second SIGINT would mean "at once" to the engine.
    if (mode === 'wait' && signal === 'SIGINT') return;
    for (const child of children) child.kill(signal);
    if (mode === 'kill') process.exit(sayStopped(signal));
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/** The last lines of what a program said, for a message. */
export function tail(text: string, lines = 15): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
