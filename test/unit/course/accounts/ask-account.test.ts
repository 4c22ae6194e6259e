// What an account's process may answer, and what becomes of it: real processes, as the account nobody.
import { expect, test } from 'vitest';
import type { Account } from '../../../../infra/course/accounts/account.ts';
import { askAccount } from '../../../../infra/course/accounts/ask-account.ts';
import { findAccounts } from '../../../../infra/course/accounts/find-accounts.ts';
import { findTool } from '../../../../infra/util/tools.ts';

const isRoot = process.getuid?.() === 0;
const [nobody] = isRoot && findTool('getent') && findTool('setpriv') ? await findAccounts(['nobody']) : [];
const { signal: never } = new AbortController();

const ask = (
  script: string,
  { limitMs = 60_000, mostBytes = 1000, signal = never, asked = {} as unknown } = {},
) => askAccount(nobody as Account, { argv: ['sh', '-c', script], asked, limitMs, mostBytes, signal });

/** Only root can be somebody else; a machine without the account has nobody to be. */
const asNobody = test.skipIf(!nobody);

asNobody('it has the account’s ids, none of root’s groups, and no terminal', async () => {
  const answer = await ask(
    `printf '[%s,%s,"%s",' "$(id -u)" "$(id -g)" "$(id -G)"; (: </dev/tty) 2>/dev/null && printf 1 || printf 0; echo ']'`,
  );
  const { uid, gid } = nobody as Account;
  expect(answer).toEqual([uid, gid, `${gid}`, 0]);
});

asNobody('it reads what it is asked', async () => {
  expect(await ask('cat; echo', { asked: { a: ['é', 1] } })).toEqual({ a: ['é', 1] });
});

asNobody('none of root’s environment is with it', async () => {
  process.env.SECRET_OF_ROOT = 'x';
  try {
    expect(await ask('echo "\\"$SECRET_OF_ROOT$CNILAB_STATE_DIR$PULUMI_BACKEND_URL\\""')).toBe('');
    expect(await ask('echo "\\"$HOME\\""')).toBe(nobody?.home);
  } finally {
    delete process.env.SECRET_OF_ROOT;
  }
});

asNobody('more than is asked for is not read to its end', async () => {
  await expect(ask('yes x | tr -d "\\n"')).rejects.toThrow('more than 1000 bytes came back');
});

asNobody('what is not JSON is no answer, and cannot play with a terminal', async () => {
  await expect(ask(`printf '\\033]0;title\\007no\\n'`)).rejects.toThrow(
    'what came back is not an answer: ?]0;title?no',
  );
});

asNobody('without an answer there is what it complained about', async () => {
  await expect(ask('echo "no such\\033[2J file" >&2; exit 1')).rejects.toThrow(/gave no answer:\nno such/);
  await expect(ask('printf "no \\033[2J" >&2')).rejects.toThrow('no ?[2J');
});

asNobody('one that never answers is ended', async () => {
  await expect(ask('echo $$ >&2; sleep 600', { limitMs: 200 })).rejects.toThrow('no answer within 0.2 s');
});

asNobody('what it leaves behind does not keep anybody waiting', async () => {
  // It has the pipe, in a group of its own.
  expect(await ask('setsid sleep 20 & echo 1')).toBe(1);
});

asNobody('asked to stop it has time to answer', async () => {
  const stop = new AbortController();
  const answer = ask(`trap 'echo 7; exit' INT; kill -0 $$; while :; do sleep 0.05; done`, {
    signal: stop.signal,
  });
  setTimeout(() => stop.abort(), 500);
  expect(await answer).toBe(7);
});
