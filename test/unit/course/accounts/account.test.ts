// Which accounts can have an instance of their own, and what a command of theirs is run with.
import { expect, test } from 'vitest';
import {
  accountNameProblem,
  accountProblem,
  parsePasswd,
  sameUid,
  smallestUid,
} from '../../../../infra/course/accounts/account.ts';
import { accountEnvironment, asAccountArgv } from '../../../../infra/course/accounts/as-account.ts';

const alice = { name: 'alice', uid: 1001, gid: 100, home: '/home/alice' };
const home = { uid: 1001, mode: 0o40700, isDirectory: true };
const limits = { uidMin: 1000 };

test('lines of passwd become accounts; what is none is left out', () => {
  const text =
    'alice:x:1001:100:Alice,,,:/home/alice:/bin/sh\n+nis\nodd:x:-1:0::/:/bin/sh\nbare:x:1002:100:::\n';
  expect(parsePasswd(text)).toEqual([alice]);
});

test.each([
  ['an ordinary account', alice, home, undefined],
  ['one whose home others can read', alice, { ...home, mode: 0o40755 }, undefined],
  ['root', { ...alice, uid: 0 }, home, /this is root/],
  ['a service', { ...alice, uid: 101 }, home, /an account of the system \(uid 101/],
  ['one without a home', alice, { code: 'ENOENT' }, /its home \/home\/alice is not there/],
  ['one behind a closed directory', alice, { code: 'EACCES' }, /cannot be looked at \(EACCES\)/],
  ['one whose home is a file', alice, { ...home, isDirectory: false }, /is not a directory/],
  ['one whose home is another’s', alice, { ...home, uid: 0 }, /is not its own, but that of uid 0/],
  ['one whose home its group can write', alice, { ...home, mode: 0o40770 }, /chmod go-w \/home\/alice/],
  ['one whose home anybody can write', alice, { ...home, mode: 0o40702 }, /others can write/],
] as const)('%s', (_, account, facts, problem) => {
  const said = accountProblem(account, facts, limits);
  if (problem === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(problem);
});

test('names that are accounts, and words that are options, paths or everybody', () => {
  for (const name of ['alice', 'a.smith', 's_01', 'WIN-user', '_x'])
    expect(accountNameProblem(name), name).toBeUndefined();
  for (const name of ['', '-x', '.', '..', '../x', 'a/b', 'a b', 'a\n', 'é', 'all', 'a.', 'x'.repeat(41)])
    expect(accountNameProblem(name), name).toBeDefined();
});

test('two names of one uid are one account to the kernel', () => {
  const bob = { ...alice, name: 'bob' };
  expect(sameUid([alice, { ...alice, name: 'eve', uid: 7 }, bob])).toEqual([[alice, bob]]);
});

test('where people begin is for login.defs to say', () => {
  expect(smallestUid('# UID_MIN 1\nUID_MIN\t\t 500\nSYS_UID_MIN 100\n')).toBe(500);
  expect(smallestUid('')).toBe(1000);
});

test('nothing of root’s environment goes with an account but how to print and where tools are', () => {
  const ours = {
    ...{
      PATH: '/bin',
      LANG: 'C',
      HOME: '/root',
      USER: 'root',
      CNILAB_STATE_DIR: '/root/state',
      SUDO_USER: 'x',
    },
    ...{
      PULUMI_ACCESS_TOKEN: 't',
      AWS_SECRET_ACCESS_KEY: 's',
      XDG_STATE_HOME: '/root/x',
      NODE_OPTIONS: '-r x',
    },
    ...{ SSH_AUTH_SOCK: '/s', XDG_RUNTIME_DIR: '/run/user/0', CNI_PATH: '/opt/cni/bin' },
  };
  expect(accountEnvironment(alice, ours)).toEqual({
    ...{ PATH: '/bin', LANG: 'C', CNI_PATH: '/opt/cni/bin' },
    ...{ HOME: '/home/alice', USER: 'alice', LOGNAME: 'alice', SHELL: '/bin/sh' },
  });
});

test('ids and groups are the account’s before the command is', () => {
  expect(asAccountArgv('/usr/bin/setpriv', alice, ['id', '-u']).join(' ')).toBe(
    '/usr/bin/setpriv --reuid=1001 --regid=100 --init-groups --inh-caps=-all -- id -u',
  );
});
