// A private directory with a short path, for sockets: gone at the latest when this process ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const made = new Set<string>();

/** Mode 0700. A socket's path has at most 107 bytes (unix(7)), and ssh adds 17 for a while: a long TMPDIR is not used. */
export function shortLivedDirectory(): string {
  if (made.size === 0) process.once('exit', removeAll);
  const directory = mkdtempSync(path.join(tmpdir().length > 40 ? '/tmp' : tmpdir(), 'cnilab-ssh-'));
  made.add(directory);
  return directory;
}

/** Idempotent. */
export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  made.delete(directory);
  if (made.size === 0) process.off('exit', removeAll);
}

function removeAll(): void {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
}
