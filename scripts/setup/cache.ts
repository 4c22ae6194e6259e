// Makes directories of the cache.
import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../../infra/util/dirs.ts';

/**
 * Makes a directory of this process's own cache and returns its path. Root's is for everybody, whatever root's
 * umask is: labs that root starts run as an unprivileged uid.
 */
export function makeCacheDir(...names: string[]): string {
  const dir = path.join(cacheDir(), ...names);
  // Programs are run from there: nobody else may put one in, whatever our umask is.
  const made = mkdirSync(dir, { recursive: true, mode: 0o755 });
  if (made !== undefined && process.getuid?.() === 0) {
    for (let each = dir; each.length >= cacheDir().length; each = path.dirname(each)) chmodSync(each, 0o755);
  }
  return dir;
}
