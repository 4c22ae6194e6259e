// Where what is expensive to get is kept. Plain JavaScript: the set-up asks before it may load anything else.
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * What the choice of a directory depends on; this process's own by default.
 * @typedef {{ readonly env: Readonly<Record<string, string | undefined>>, readonly uid: number, readonly home: string }} Identity
 */

/** Root's cache, which everybody may read: labs started by root run as an unprivileged uid. */
export const SYSTEM_CACHE_DIR = '/var/cache/cnilab';

/** @returns {Identity} */
export function myself() {
  return { env: process.env, uid: process.getuid?.() ?? -1, home: homedir() };
}

/**
 * `$VAR` when it is a usable base directory. The XDG specification: relative paths there are to be ignored.
 * @param {string | undefined} value
 * @returns {string | undefined}
 */
export function absolute(value) {
  return value !== undefined && path.isAbsolute(value) ? value : undefined;
}

/**
 * Directory for what is expensive to get and can be got again: the Pulumi engine, CNI plugins, compiled sources.
 * `$CNILAB_CACHE_DIR`, else `/var/cache/cnilab` for root, else cnilab in the user's XDG cache. It need not exist.
 * @param {Partial<Identity>} [who]
 * @returns {string}
 */
export function cacheDir(who = {}) {
  const { env, uid, home } = { ...myself(), ...who };
  if (env.CNILAB_CACHE_DIR) return path.resolve(env.CNILAB_CACHE_DIR);
  if (uid === 0) return SYSTEM_CACHE_DIR;
  return path.join(absolute(env.XDG_CACHE_HOME) ?? path.join(home, '.cache'), 'cnilab');
}
