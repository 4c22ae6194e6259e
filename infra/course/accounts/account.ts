// Accounts of the machine that instances of a course are given to, and who cannot be given one. Pure.

/** A line of passwd(5). */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Absolute path of the home directory. */
  readonly home: string;
}

/** What stat(2) says of a home directory; an error's code where it says nothing. */
export type HomeFacts =
  | { readonly uid: number; readonly mode: number; readonly isDirectory: boolean }
  | { readonly code: string };

/** Names of accounts as useradd(8) takes them, and as directory services have them. They become part of a stack's and of file names. */
const NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,38}[A-Za-z0-9_-])?$/;

/** Below are accounts of the system, unless login.defs(5) says otherwise. */
const UID_MIN = 1000;

/** Why what is asked for cannot be an account's name; undefined when it can. */
export function accountNameProblem(name: string): string | undefined {
  if (name === 'all') return '"all" stands for everybody';
  if (!NAME.test(name))
    return 'the name of an account here is letters, digits, "_", "." and "-", at most 40 of them, and begins with none of the last two';
  return undefined;
}

/** @param text what `getent passwd` prints. Lines that are none are left out */
export function parsePasswd(text: string): readonly Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home] = line.split(':');
    const ids = [uid, gid].every((id) => /^\d+$/.test(id ?? ''));
    return name && ids && home ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [];
  });
}

/** The smallest uid of a person's account. @param loginDefs text of login.defs(5) */
export function smallestUid(loginDefs: string): number {
  const said = /^\s*UID_MIN\s+(\d+)/m.exec(loginDefs)?.[1];
  return said === undefined ? UID_MIN : Number(said);
}

/** Why the account cannot have an instance of its own; undefined when it can. */
export function accountProblem(
  { uid, home }: Account,
  facts: HomeFacts,
  { uidMin }: { readonly uidMin: number },
): string | undefined {
  if (uid === 0) return 'this is root, whom no instance keeps out of anything';
  if (uid < uidMin) return `this is an account of the system (uid ${uid}, people begin at ${uidMin})`;
  if ('code' in facts)
    return facts.code === 'ENOENT'
      ? `its home ${home} is not there`
      : `its home ${home} cannot be looked at (${facts.code})`;
  if (!facts.isDirectory) return `its home ${home} is not a directory`;
  if (facts.uid !== uid) return `its home ${home} is not its own, but that of uid ${facts.uid}`;
  if ((facts.mode & 0o022) !== 0)
    return `others can write to its home ${home}, and so could put another instance into it: chmod go-w ${home}`;
  return undefined;
}

/** Accounts with the same uid: the kernel does not tell them apart, so neither keeps the other out. */
export function sameUid(accounts: readonly Account[]): readonly (readonly Account[])[] {
  return [...Map.groupBy(accounts, ({ uid }) => uid).values()].filter((alike) => alike.length > 1);
}
