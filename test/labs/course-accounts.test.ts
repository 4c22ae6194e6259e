// A course whose instances belong to accounts of this machine: real accounts, made for this test and removed after it.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { chown } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../infra/course/accounts/account.ts';
import { CliLabs, ROOT } from '../support/cli-labs.ts';
import type { CliResult, LabSession } from '../support/lab-session.ts';
import { processesOf, ThrowawayAccounts, whyNoAccounts } from '../support/throwaway-accounts.ts';

const NAME = `own-${process.pid}`;
const CNILAB = [path.join(ROOT, 'node_modules', '.bin', 'node'), path.join(ROOT, 'scripts', 'cnilab.ts')];
const reason = whyNoAccounts();

describe.skipIf(reason)(`a course for accounts${reason === undefined ? '' : ` (${reason})`}`, () => {
  let labs: CliLabs;
  let session: LabSession;
  let accounts: ThrowawayAccounts;
  let ada: Account;
  let bob: Account;

  beforeAll(async () => {
    labs = await CliLabs.open();
    session = labs.session;
    accounts = await ThrowawayAccounts.make('ada', 'bob');
    [ada, bob] = accounts.all as [Account, Account];
  });

  afterAll(async () => {
    await labs?.close();
    await accounts?.close();
  });

  const course = (...args: string[]): Promise<CliResult> =>
    session.cli(['course', ...args], { CNILAB_COURSE: NAME, CNILAB_CALLED_AS: 'cnilab' });
  const done = async (...args: string[]) => {
    const result = await course(...args);
    expect(result, result.stderr).toMatchObject({ exitCode: 0 });
    return result;
  };
  const status = async (...args: string[]) =>
    JSON.parse((await done('status', '--json', ...args)).stdout).students as readonly Record<
      string,
      unknown
    >[];
  const both = () => `${ada.name},${bob.name}`;
  const stackOf = ({ home, name }: Account) =>
    path.join(home, '.local', 'state', 'cnilab', 'stacks', `${NAME}-${name}`);
  const holderOf = (account: Account): number =>
    JSON.parse(readFileSync(path.join(stackOf(account), 'record.json'), 'utf8')).handle.facts.holder;
  const filesBelow = (directory: string) =>
    existsSync(directory)
      ? readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((one) =>
          one.isDirectory() ? [] : [path.join(one.parentPath, one.name)],
        )
      : [];

  it('says of everybody who cannot have one why, before anything is made', async () => {
    await chown(bob.home, ada.uid, ada.gid);
    const named = ['root', 'daemon', `nobody-${process.pid}`, bob.name, '-x', ada.name].join(',');
    const { exitCode, stderr } = await course('up', 'kindnet', '--accounts', named, '--course', NAME);
    await chown(bob.home, bob.uid, bob.gid);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('root: this is root');
    expect(stderr).toMatch(/daemon: this is an account of the system/);
    expect(stderr).toContain(`nobody-${process.pid}: there is no such account, and none is made`);
    expect(stderr).toContain(`${bob.name}: its home ${bob.home} is not its own, but that of uid ${ada.uid}`);
    expect(stderr).toContain('-x: the name of an account');
    expect(stderr).not.toContain(`${ada.name}:`);
    expect(JSON.parse((await done('list', '--json')).stdout)).toEqual({ courses: [] });
    expect(readdirSync(ada.home)).not.toContain('.local');
  });

  it('refuses a group that there is not, students beside accounts, and isolation of root', async () => {
    const up = (...args: string[]) => course('up', 'kindnet', '--course', NAME, ...args);
    expect((await up('--group', 'no-such-group')).stderr).toContain('there is no group no-such-group');
    expect((await up('--accounts', ada.name, '--students', '3')).exitCode).toBe(2);
    expect((await up('--accounts', ada.name, '--isolation', 'root')).stderr).toContain('--isolation root');
  });

  it('says what of the checkout an account cannot reach', async () => {
    const lab = await labs.lab('closed', { yaml: 'cluster: { nodes: [{ name: n1 }] }\n' });
    copyFileSync(path.join(ROOT, 'labs', 'kindnet', 'lab.yaml'), lab.file);
    chmodSync(lab.file, 0o600);
    const { exitCode, stderr } = await course('up', lab.file, '--accounts', both(), '--course', NAME);
    expect(stderr).toContain(`${ada.name}, ${bob.name}: the account cannot reach ${lab.file}`);
    expect(exitCode).toBe(3);
    expect(JSON.parse((await done('list', '--json')).stdout)).toEqual({ courses: [] });
  });

  it('goes up, each instance its account’s own', async () => {
    const { stdout } = await done('up', 'kindnet', '--accounts', both(), '--course', NAME);
    expect(stdout).toContain('2 of 2 instances are up');
    for (const account of [ada, bob]) {
      expect(statSync(`/proc/${holderOf(account)}`).uid).toBe(account.uid);
      const { uid, mode } = statSync(stackOf(account));
      expect([uid, mode & 0o777]).toEqual([account.uid, 0o700]);
    }
    expect(existsSync(path.join(session.directory, 'state', 'stacks'))).toBe(false);
  });

  it('lets each account use it as any owner does, without a word of root’s', async () => {
    const told = await accounts.run(ada, [...CNILAB, 'status', '--json']);
    expect(JSON.parse(told.stdout), told.stderr).toMatchObject({ stack: `${NAME}-${ada.name}` });
    const ping = await accounts.run(ada, [
      ...[...CNILAB, 'exec', 'pod-to-pod-1', '--', 'ping', '-c', '1', '-W', '2', '10.244.1.2'],
    ]);
    expect(ping, ping.stderr).toMatchObject({ exitCode: 0 });
    const verified = await accounts.run(ada, [...CNILAB, 'verify', 'routes']);
    expect(verified, verified.stderr).toMatchObject({ exitCode: 0 });
    expect(await status()).toMatchObject([
      { student: ada.name, verdict: 'pass', passed: 1 },
      { student: bob.name, passed: 0 },
    ]);
  });

  it('keeps every other account out: no signal, no way in, nothing to read', async () => {
    const holder = holderOf(ada);
    const record = path.join(stackOf(ada), 'record.json');
    const ways: readonly (readonly string[])[] = [
      ['sh', '-c', `kill -0 ${holder}`],
      ['readlink', `/proc/${holder}/ns/net`],
      ['ls', `/proc/${holder}/root/`],
      ['nsenter', '-t', `${holder}`, '-U', '--preserve-credentials', 'true'],
      ['cat', record],
    ];
    const codes = async (account: Account) =>
      Promise.all(ways.map(async (argv) => (await accounts.run(account, argv)).exitCode === 0));
    // Each of them is one that its owner can go.
    expect(await codes(ada)).toEqual([true, true, true, true, true]);
    expect(await codes(bob)).toEqual([false, false, false, false, false]);
    await accounts.run(bob, ['sh', '-c', `kill -9 ${holder}`]);
    const other = [...CNILAB, 'exec', 'pod-to-pod-1', '--stack', `${NAME}-${ada.name}`, '--', 'true'];
    expect((await accounts.run(bob, other)).exitCode).not.toBe(0);
    expect(await status(ada.name)).toMatchObject([{ state: 'up' }]);
  });

  it('is worked on by root: commands, faults, stages, changes, experiments', async () => {
    await done('exec', bob.name, 'minikube', '--', 'ip', 'route', 'del', '10.244.1.0/24');
    const asked = await course(
      'exec',
      'all',
      'minikube',
      '--',
      'sh',
      '-c',
      'ip route | grep -c 10.244.1.0/24',
    );
    expect(asked.stdout).toBe(`${ada.name}\n  1\n${bob.name} (exit code 1)\n  0\n`);
    await done('checkpoint', 'save', 'gone', bob.name);
    const unnamed = await course('checkpoint', 'restore', 'gone', '--all');
    expect(unnamed.stderr).toContain(`checkpoint gone has nothing of ${ada.name}`);
    await done('checkpoint', 'restore', 'gone', '--all', '--from', bob.name);
    expect(await status('--changes')).toMatchObject(
      [ada, bob].map(({ name }) => ({ student: name, checkpoint: 'gone', changes: [] })),
    );
    const verified = await course('verify', '--experiment', 'routes', '--json');
    expect(verified.exitCode, verified.stderr).toBe(1);
    expect(JSON.parse(verified.stdout).students).toMatchObject([{ verdict: 'fail' }, { verdict: 'fail' }]);
    await done('reset', '--all');
    await done('fault', 'inject', 'forwarding-off', ada.name);
    expect(await status()).toMatchObject([{ faults: ['forwarding-off'] }, { faults: [] }]);
    expect((await done('fault', 'repair', '--all')).stderr).toContain(`${ada.name}  forwarding-off on`);
    const [, changed] = await status('--changes');
    expect(changed).toMatchObject({ state: 'up', changes: [], passed: 0 });
  });

  it('is collected without opening what an account may have made a link', async () => {
    await done('verify', '--experiment', 'journey-same-node');
    const secret = path.join(session.directory, 'secret');
    writeFileSync(secret, '{"root":"only"}\n', { mode: 0o600 });
    const results = path.join(stackOf(ada), 'results');
    await accounts.run(ada, ['rm', path.join(results, 'results.json')]);
    await accounts.run(ada, ['ln', '-s', secret, path.join(results, 'results.json')]);
    const directory = path.join(labs.directory, 'collected');
    const { exitCode, stderr } = await course('collect', '-o', directory);
    // What ada's process cannot read it says so of; root, which could, is not asked.
    expect(stderr).toMatch(
      new RegExp(`1 of 2 could not be collected:\\n {2}${ada.name}: .*permission denied`),
    );
    expect(exitCode).toBe(3);
    expect(
      filesBelow(directory)
        .map((file) => path.relative(directory, file))
        .sort(),
    ).toEqual([
      path.join(bob.name, 'captures', 'journey-same-node.pcapng'),
      path.join(bob.name, 'results.json'),
      'summary.csv',
      'summary.json',
    ]);
    expect(statSync(path.join(directory, bob.name, 'results.json')).uid).toBe(0);
  });

  it('does not believe results that are none', async () => {
    const file = path.join(stackOf(ada), 'results', 'results.json');
    await accounts.run(ada, ['sh', '-c', `rm ${file}; echo '{"verdict":"pass"}' > ${file}`]);
    const { stderr } = await course('collect', '-o', path.join(labs.directory, 'collected-2'));
    expect(stderr).toContain(`${ada.name}: what came back from the account is not what was asked for`);
  });

  it('writes and removes nothing through a link that an account has made', async () => {
    const victim = path.join(session.directory, 'victim');
    mkdirSync(victim);
    writeFileSync(path.join(victim, 'kept'), '');
    const stacks = path.dirname(stackOf(ada));
    await accounts.run(ada, ['mv', stacks, `${stacks}-away`]);
    await accounts.run(ada, ['ln', '-s', victim, stacks]);
    expect((await course('reset', ada.name)).exitCode).toBe(3);
    expect(readdirSync(victim)).toEqual(['kept']);
    await accounts.run(ada, ['rm', stacks]);
    await accounts.run(ada, ['mv', `${stacks}-away`, stacks]);
    expect(await status(ada.name)).toMatchObject([{ state: 'up' }]);
  });

  it('leaves an account’s own course of that name alone', async () => {
    const own = `mine-${process.pid}`;
    const args = ['course', 'up', 'kindnet', '--students', '2', '--course', own];
    const made = await accounts.run(ada, [...CNILAB, ...args]);
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
    const refused = await course('up', 'kindnet', '--accounts', ada.name, '--course', own);
    expect(refused.stderr).toContain(`the account has a course of its own that is called ${own}`);
    await session.cli(['course', 'down', '--course', own]);
    const still = await accounts.run(ada, [...CNILAB, 'course', 'status', '--json', '--course', own]);
    expect(JSON.parse(still.stdout).students).toMatchObject([{ state: 'up' }, { state: 'up' }]);
    expect((await accounts.run(ada, [...CNILAB, 'course', 'down', '--course', own])).exitCode).toBe(0);
  });

  it('is gone without a trace', async () => {
    const { stdout } = await done('down');
    expect(stdout).toContain('nothing of it is left');
    for (const account of [ada, bob]) {
      expect(processesOf(account)).toEqual([]);
      expect(filesBelow(path.join(account.home, '.local'))).toEqual([]);
    }
    expect(filesBelow(path.join(session.directory, 'state', 'courses'))).toEqual([]);
  });

  it('that is interrupted while it goes up leaves nothing half-made', async () => {
    const lab = await labs.lab('interrupted', { yaml: '' });
    const up = ['course', 'up', 'kindnet', '--accounts', both(), '--course', `${NAME}-2`, '--at-once', '1'];
    const started = lab.start([...CNILAB, ...up]);
    await started.printed('for 2 accounts');
    process.kill(started.pid, 'SIGINT');
    const { exitCode, stderr } = await started.ended;
    expect(exitCode, stderr).toBe(130);
    expect(stderr).toMatch(/stopped; \d of 2 instances are not up/);
    const after = await session.cli(['course', 'status', '--json', '--course', `${NAME}-2`]);
    const states = JSON.parse(after.stdout).students.map(({ state }: { state: string }) => state);
    expect(states.filter((state: string) => state !== 'up' && state !== 'absent')).toEqual([]);
    expect(await session.cli(['course', 'down', '--course', `${NAME}-2`])).toMatchObject({ exitCode: 0 });
    for (const account of [ada, bob]) expect(processesOf(account)).toEqual([]);
  });
});
