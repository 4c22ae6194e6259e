// Runs a command of the project as a user would, and says how long it took.
import { startProcess } from '../../infra/util/exec.ts';
import { ROOT } from '../cli/project.ts';

export interface Stop {
  /** Aborted when a person asks to stop. */
  readonly soon: AbortSignal;
  /** Aborted when they ask again. */
  readonly now: AbortSignal;
}

export interface Timed {
  /** From the start of the process to its end, seconds. */
  readonly seconds: number;
  readonly stdout: string;
}

const TAIL_LINES = 12;

/** `cnilab <args>`. @throws Error with the end of what it printed */
export function cnilab(args: readonly string[], stop: Stop): Promise<Timed> {
  return runNode('scripts/cnilab.ts', args, stop);
}

/**
 * A program of this project on this very Node.
 * @param expected exit codes that are no failure @throws Error when it fails, DOMException when it was stopped
 */
export function runNode(
  program: string,
  args: readonly string[],
  stop: Stop,
  expected: readonly number[] = [0],
): Promise<Timed> {
  return runProgram([process.execPath, program, ...args], stop, expected);
}

/** @param expected exit codes that are no failure @throws Error when it fails, DOMException when it was stopped */
export async function runProgram(
  argv: readonly string[],
  stop: Stop,
  expected: readonly number[] = [0],
): Promise<Timed> {
  stop.soon.throwIfAborted();
  const begun = performance.now();
  const child = startProcess(argv, { cwd: ROOT });
  child.stdin.end();
  let stdout = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    all += text;
  });
  // The command stops its engine in order at the first, and at once at the second.
  const interrupt = () => void child.kill('SIGINT');
  stop.soon.addEventListener('abort', interrupt);
  stop.now.addEventListener('abort', interrupt);
  const { exitCode } = await child;
  const seconds = (performance.now() - begun) / 1000;
  stop.soon.removeEventListener('abort', interrupt);
  stop.now.removeEventListener('abort', interrupt);
  stop.soon.throwIfAborted();
  if (!expected.includes(exitCode ?? -1)) {
    const tail = all.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
    throw new Error(`${argv.join(' ')} ended with exit code ${exitCode}:\n${tail}`);
  }
  return { seconds, stdout };
}
