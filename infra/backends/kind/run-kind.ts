// Runs kind: its progress is told as it goes, and all that it says is kept in a file of the cluster's.
import { createWriteStream, realpathSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { exec, killGroup, startProcess } from '../../util/exec.ts';
import { findTool } from '../../util/tools.ts';
import type { Operation } from '../backend.ts';
import { KIND_MISSING, refusalError, toRefusal } from './failure.ts';
import type { KindVersion } from './kind-config.ts';

export interface KindRun {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
  /** For messages. */
  readonly runtime: string;
  /** Gets everything that kind writes. */
  readonly log: string;
}

/** @throws Error that says why not and what to do. On `signal` kind and all that it started are killed at once */
export async function runKind({ args, stdin, env, runtime, log }: KindRun, op: Operation): Promise<void> {
  op.signal.throwIfAborted();
  const argv = [...endsWithUs(), kindFile(), ...args];
  const child = startProcess(argv, { env });
  const kill = () => killGroup(child.pid, 'SIGKILL');
  op.signal.addEventListener('abort', kill, { once: true });
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const file = createWriteStream(log, { mode: 0o600 });
  // A disk that is full takes the record, not the cluster.
  file.on('error', () => undefined);
  let said = '';
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      said += `${line}\n`;
      file.write(`${line}\n`);
      const step = progressOf(line);
      if (step) op.progress?.(step);
    }
    const { exitCode } = await child;
    op.signal.throwIfAborted();
    if (exitCode !== 0) throw refusalError(toRefusal(said, { runtime, argv: ['kind', ...args], log }));
  } finally {
    op.signal.removeEventListener('abort', kill);
    file.end();
    await finished(file).catch(() => undefined);
  }
}

/** ` • Preparing nodes 📦 📦   ...` → `Preparing nodes` (kind, pkg/internal/cli/status.go, when it has no terminal). */
export function progressOf(line: string): string | undefined {
  const text = /^ • (.*?)\s*\.\.\.\s*$/.exec(line)?.[1];
  return text?.replaceAll(/\p{Extended_Pictographic}|\uFE0F|\u200D/gu, '').trim();
}

export async function kindVersion(signal?: AbortSignal): Promise<KindVersion> {
  const argv = [kindFile(), '--version'];
  const { stdout, stderr, exitCode } = await exec(argv, { signal, timeoutMs: 30_000 });
  const [, major, minor] = /(\d+)\.(\d+)\.\d+/.exec(stdout) ?? [];
  if (exitCode !== 0 || major === undefined || minor === undefined)
    throw new Error(`kind does not tell its version: ${(stderr || stdout).trim()}\ninstall it anew`);
  return { major: Number(major), minor: Number(minor) };
}

function kindFile(): string {
  const file = findTool('kind');
  if (file === undefined) throw refusalError(KIND_MISSING);
  return file;
}

/**
 * A kind that goes on after this process was killed would remove, when it fails, the nodes that the next run makes under
 * the same names. busybox has a setpriv, too, but not this option.
 */
function endsWithUs(): readonly string[] {
  const file = findTool('setpriv');
  return file === undefined || path.basename(realpathSync(file)) === 'busybox'
    ? []
    : [file, '--pdeathsig', 'KILL'];
}
