// Whom a sandbox belongs to on the machine: the caller, or, when root calls, an account that owns nothing else.
import { readFileSync } from 'node:fs';

/** uid and gid that labs started by root have. In no range that distributions hand out (systemd: docs/UIDS-GIDS.md). */
export const LAB_UID = 60917;

/** -1 stands for "the caller's own": an ordinary user's, or that of a root who is one in a user namespace only. */
export function labUser(): { readonly uid: number; readonly gid: number } {
  const exists = () => hasId(readMap('uid')) && hasId(readMap('gid'));
  return process.getuid?.() === 0 && exists() ? { uid: LAB_UID, gid: LAB_UID } : { uid: -1, gid: -1 };
}

/** Whether a user namespace has the account. @param map text of uid_map or gid_map (user_namespaces(7)) */
export function hasId(map: string): boolean {
  return [...map.matchAll(/^\s*(\d+)\s+\d+\s+(\d+)/gm)].some(
    ([, inside, count]) => LAB_UID >= Number(inside) && LAB_UID < Number(inside) + Number(count),
  );
}

function readMap(kind: 'uid' | 'gid'): string {
  return readFileSync(`/proc/self/${kind}_map`, 'utf8');
}
