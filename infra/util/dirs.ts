// Where cnilab keeps things outside the checkout: a cache of built tools, and the state of running labs.
import { homedir } from 'node:os';
import path from 'node:path';

/** What the choice of a directory depends on; this process's own by default. */
export interface Identity {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly home: string;
}

/** Root's cache, which everybody may read: labs started by root run as an unprivileged uid. */
export const SYSTEM_CACHE_DIR = '/var/cache/cnilab';

function myself(): Identity {
  return { env: process.env, uid: process.getuid?.() ?? -1, home: homedir() };
}

/** `$VAR` when it is a usable base directory. The XDG specification: relative paths there are to be ignored. */
function absolute(value: string | undefined): string | undefined {
  return value !== undefined && path.isAbsolute(value) ? value : undefined;
}

/**
 * Directory for what is expensive to get and can be got again: the Pulumi engine, CNI plugins.
 * `$CNILAB_CACHE_DIR`, else `/var/cache/cnilab` for root, else cnilab in the user's XDG cache. It need not exist.
 */
export function cacheDir(who: Partial<Identity> = {}): string {
  const { env, uid, home } = { ...myself(), ...who };
  if (env.CNILAB_CACHE_DIR) return path.resolve(env.CNILAB_CACHE_DIR);
  if (uid === 0) return SYSTEM_CACHE_DIR;
  return path.join(absolute(env.XDG_CACHE_HOME) ?? path.join(home, '.cache'), 'cnilab');
}

/**
 * Caches to look in, own one first. An ordinary user also profits from what root's set-up left in
 * `/var/cache/cnilab`, unless told to use a cache of their own with `$CNILAB_CACHE_DIR`.
 */
export function cacheDirs(who: Partial<Identity> = {}): string[] {
  const own = cacheDir(who);
  return own === SYSTEM_CACHE_DIR || (who.env ?? process.env).CNILAB_CACHE_DIR
    ? [own]
    : [own, SYSTEM_CACHE_DIR];
}

/**
 * Directory for what running labs leave on disk: handles, results, captures. It need not exist.
 * `$CNILAB_STATE_DIR`, else cnilab in the user's XDG state directory (root has no special case).
 */
export function stateDir(who: Partial<Identity> = {}): string {
  const { env, home } = { ...myself(), ...who };
  if (env.CNILAB_STATE_DIR) return path.resolve(env.CNILAB_STATE_DIR);
  return path.join(absolute(env.XDG_STATE_HOME) ?? path.join(home, '.local', 'state'), 'cnilab');
}
