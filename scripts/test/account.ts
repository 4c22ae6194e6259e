// Whom the tests run as when root wants to see what an ordinary user sees.

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Regular accounts of people (login.defs(5), UID_MIN and UID_MAX; systemd: docs/UIDS-GIDS.md). */
const REGULAR = { min: 1000, max: 60_000 };

/** Accounts of services, whatever their uid. */
const NO_SHELL = /\/(?:nologin|false)$/;

/** In no range that distributions hand out, so it owns nothing; for machines without any regular account. */
const NOBODY_ELSE: Account = { name: 'cnilab', uid: 60_918, gid: 60_918 };

/**
 * The person behind sudo, else the first regular account, else a uid without an account.
 * @param passwd text of passwd(5)
 */
export function ordinaryAccount(env: Readonly<Record<string, string | undefined>>, passwd: string): Account {
  const accounts = passwd.split('\n').flatMap((line): Account[] => {
    const [name = '', , uid, gid, , , shell = ''] = line.split(':');
    return name && uid && gid && !NO_SHELL.test(shell) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
  const behindSudo = accounts.find(({ uid }) => uid !== 0 && String(uid) === env.SUDO_UID);
  const regular = accounts
    .filter(({ uid }) => uid >= REGULAR.min && uid < REGULAR.max)
    .sort((a, b) => a.uid - b.uid);
  return behindSudo ?? regular[0] ?? NOBODY_ELSE;
}
