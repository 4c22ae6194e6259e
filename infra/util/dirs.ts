// Where cnilab keeps things outside the checkout: a cache of built tools, and the state of running labs.
import path from 'node:path';
import { absolute, cacheDir, type Identity, myself, SYSTEM_CACHE_DIR } from './cache-dir.mjs';

export { cacheDir, SYSTEM_CACHE_DIR };

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
