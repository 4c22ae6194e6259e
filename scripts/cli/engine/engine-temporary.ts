// A directory for what the engine and its plugins keep while they run: they are killed when the engine has no more use for
// them, and leave it where they were (the language host its pipes, in every run).
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { stateDir } from '../../../infra/util/dirs.ts';
import { processStart } from '../../../infra/util/process-identity.ts';

/**
 * Calls `work` with $TMPDIR set to a directory of this run's, which is gone afterwards. Where none can be made (a disk that
 * is full, on which a lab can still be taken down) it is the caller's.
 */
export async function withTemporary<T>(
  stack: string,
  env: Readonly<Record<string, string>>,
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const directory = path.join(parent(), `${stack}.${process.pid}.${processStart(process.pid)}`);
  const made = await mkdir(directory, { recursive: true, mode: 0o700 }).then(
    () => true,
    () => false,
  );
  if (!made) return work(env);
  try {
    return await work({ ...env, TMPDIR: directory });
  } finally {
    await remove(directory);
  }
}

/** Those of commands that are dead, once nothing works for them any more. */
export async function removeAbandonedTemporary(stack: string): Promise<void> {
  const names = await readdir(parent()).catch(() => []);
  const abandoned = names.filter((name) => {
    const owner = name.startsWith(`${stack}.`) && /^(\d+)\.(\d+)$/.exec(name.slice(stack.length + 1));
    return owner && processStart(Number(owner[1])) !== owner[2];
  });
  for (const name of abandoned) await remove(path.join(parent(), name));
}

async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  // Unless another command has something in it.
  await rmdir(path.dirname(directory)).catch(() => undefined);
}

function parent(): string {
  return path.join(stateDir(), 'tmp');
}
