// What has to be run so that a command is an account's own: its ids and groups, and nothing of root's environment. Pure.
import type { Account } from './account.ts';

/** Of root's environment only what says how to print, and where tools are. */
const KEPT = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TERM', 'NO_COLOR', 'CNI_PATH', 'CNILAB_CACHE_DIR'];

/** Complete. Its state and caches are where a login of the account would have them, unless its profile says otherwise. */
export function accountEnvironment(
  { name, home }: Account,
  ours: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept = KEPT.flatMap((key) => (ours[key] === undefined ? [] : [[key, ours[key]] as const]));
  return { ...Object.fromEntries(kept), HOME: home, USER: name, LOGNAME: name, SHELL: '/bin/sh' };
}

/**
 * @param setpriv absolute path of setpriv(1). Groups are those that the account has (initgroups(3)). That all capabilities go
 * with the uid is the kernel's rule (capabilities(7)); inheritable ones would stay
 */
export function asAccountArgv(
  setpriv: string,
  { uid, gid }: Account,
  argv: readonly string[],
): readonly string[] {
  return [setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--inh-caps=-all', '--', ...argv];
}
