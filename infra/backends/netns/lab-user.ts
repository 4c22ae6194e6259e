// Whom a sandbox belongs to on the machine: the caller, or, when root calls, an account that owns nothing else.

/** uid and gid that labs started by root have. In no range that distributions hand out (systemd: docs/UIDS-GIDS.md). */
export const LAB_UID = 60917;

/** -1 stands for "the caller's own". */
export function labUser(): { readonly uid: number; readonly gid: number } {
  return process.getuid?.() === 0 ? { uid: LAB_UID, gid: LAB_UID } : { uid: -1, gid: -1 };
}
