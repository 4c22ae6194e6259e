// The accounts that are to have an instance each: every one looked at before anything is made.
import {
  type Account,
  accountNameProblem,
  accountProblem,
  sameUid,
} from '../../../infra/course/accounts/account.ts';
import {
  findAccounts,
  groupMembers,
  homeFacts,
  readUidMin,
} from '../../../infra/course/accounts/find-accounts.ts';
import { MOST_STUDENTS } from '../../../infra/course/student-names.ts';
import { CliError, environmentError, usageError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';

interface Asked {
  /** Names, with commas between them. */
  readonly accounts?: string | undefined;
  readonly group?: string | undefined;
}

/**
 * Those that are named, and then those of the group, each once. Nothing is made or changed.
 * @throws CliError with everybody who cannot have an instance, and why
 */
export async function accountsAsked({ accounts = '', group }: Asked): Promise<readonly Account[]> {
  if (process.getuid?.() !== 0)
    throw environmentError(
      'only root can give an instance to another account',
      'run the same command with sudo',
      'npm run up -- <lab>   makes a lab of your own, which no other ordinary account can enter',
    );
  const named = accounts
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const names = [...new Set([...named, ...(group === undefined ? [] : await membersOf(group))])];
  if (names.length === 0)
    throw usageError(
      group === undefined ? 'there is no name in --accounts' : `group ${group} has no members`,
      'npm run -s lab -- course up … --accounts alice,bob',
    );
  if (names.length > MOST_STUDENTS)
    throw usageError(`${names.length} accounts: a course has at most ${MOST_STUDENTS} students`);
  const wrong = new Map(names.flatMap((name) => problem(name, accountNameProblem(name))));
  const found = await findAccounts(names.filter((name) => !wrong.has(name)));
  const uidMin = await readUidMin();
  for (const name of names) {
    if (wrong.has(name)) continue;
    const account = found.find((one) => one.name === name);
    const why = account
      ? accountProblem(account, await homeFacts(account.home), { uidMin })
      : 'there is no such account, and none is made';
    for (const [who, text] of problem(name, why)) wrong.set(who, text);
  }
  for (const alike of sameUid(found.filter(({ name }) => !wrong.has(name)))) {
    const all = alike.map(({ name }) => name);
    wrong.set(all.join(', '), `these are one account to the kernel (uid ${alike[0]?.uid}): name one of them`);
  }
  if (wrong.size === 0) return found;
  throw new CliError(
    [...wrong].map(([name, why]) => `${name}: ${why}`).join('\n'),
    'nothing has been made: leave them out, or put them right, and say it again',
    EXIT.usage,
  );
}

function problem(name: string, why: string | undefined): readonly (readonly [string, string])[] {
  return why === undefined ? [] : [[name, why]];
}

async function membersOf(group: string): Promise<readonly string[]> {
  const members = accountNameProblem(group) === undefined ? await groupMembers(group) : undefined;
  if (members) return members;
  throw usageError(`there is no group ${group}`, `getent group   shows those there are`);
}
