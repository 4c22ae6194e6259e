// Looks accounts up where the machine has them: files, LDAP, whatever nsswitch.conf(5) names. None is made or changed.
import { readFile, stat } from 'node:fs/promises';
import { exec } from '../../util/exec.ts';
import { type Account, type HomeFacts, parsePasswd, smallestUid } from './account.ts';

/** getent(1): one or more of the keys could not be found. What is found is printed all the same. */
const NOT_ALL = 2;
/** For a directory service that does not answer, ms. */
const LIMIT_MS = 30_000;

/** Those that there are, in that order. @param names of no other form than `accountNameProblem` lets pass @throws when the machine cannot be asked */
export async function findAccounts(names: readonly string[]): Promise<readonly Account[]> {
  if (names.length === 0) return [];
  const found = parsePasswd((await getent('passwd', ...names)) ?? '');
  // A number is taken for a uid, and an alias answers with another name: those are not who was named.
  return names.flatMap((name) => found.find((account) => account.name === name) ?? []);
}

/** Names of a group's members, those whose first group it is too, sorted; undefined when there is no such group. */
export async function groupMembers(group: string): Promise<readonly string[] | undefined> {
  const line = await getent('group', group);
  const [name, , gid, members = ''] = line?.trim().split(':') ?? [];
  if (name !== group) return undefined;
  const everybody = parsePasswd((await getent('passwd')) ?? '');
  const first = everybody.filter((account) => `${account.gid}` === gid).map((account) => account.name);
  return [...new Set([...members.split(',').filter(Boolean), ...first])].sort();
}

/** As root sees it: nothing in it is opened. */
export async function homeFacts(home: string): Promise<HomeFacts> {
  try {
    const found = await stat(home);
    return { uid: found.uid, mode: found.mode, isDirectory: found.isDirectory() };
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

export async function readUidMin(): Promise<number> {
  return smallestUid(await readFile('/etc/login.defs', 'utf8').catch(() => ''));
}

/** @returns undefined when it has nothing of that name */
async function getent(...args: readonly string[]): Promise<string | undefined> {
  const { exitCode, stdout, stderr } = await exec(['getent', ...args], { timeoutMs: LIMIT_MS });
  if (exitCode === 0 || (exitCode === NOT_ALL && stdout !== '')) return stdout;
  if (exitCode === NOT_ALL) return undefined;
  throw new Error(`the accounts of this machine cannot be looked up: getent ${args[0]}: ${stderr.trim()}`);
}
