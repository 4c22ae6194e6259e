// What `up` and `down` ask of the engine, and what they make of its answers. The engine is a stand-in; test/labs has the real one.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LabResults } from '../../../infra/experiments/result.ts';
import type { StackRecord } from '../../../infra/state/stack-store.ts';
import { processStart } from '../../../infra/util/process-identity.ts';
import { findTool } from '../../../infra/util/tools.ts';
import { CliSandbox } from '../../support/cli-sandbox.ts';
import { BAD_LAB, record, recorded, results } from '../../support/recorded-lab.ts';

let cli: CliSandbox;
let file: string;
beforeEach(() => {
  cli = new CliSandbox();
  file = cli.labFile(BAD_LAB);
});
afterEach(() => cli.close());

const passed: LabResults = {
  ...results,
  verdict: 'pass',
  experiments: results.experiments.map((one) => ({ ...one, verdict: 'pass', checks: [] })),
};

test('the engine runs once for a stack that is there, twice to make it, and gets lab and settings', async () => {
  cli.addStack({ ...record, labFile: file }, passed);
  const first = await cli.run(['up', file, '--isolation', 'rootless']);
  expect(first.stderr).toBe('');
  expect(first.exitCode).toBe(0);
  expect(cli.engineCalls()).toEqual([
    'stack init bad --non-interactive --color never',
    `up --yes --skip-preview --suppress-outputs --config cnilab:lab=${file} --config cnilab:isolation=rootless --stack bad --json --non-interactive --color never`,
  ]);
  await cli.run(['up', file]);
  expect(cli.engineCalls()).toHaveLength(3);
});

test('settings of the backend go into the config of the stack, and wrong ones stop before any engine starts', async () => {
  const set = ['--set', 'answer=a b', '--set', 'stand-in.hostSize='];
  await cli.run(['up', file, '--backend', 'stand-in', ...set], cli.standIn);
  expect(cli.engineCalls().at(-1)).toContain(
    `--config-path --config cnilab:lab=${file} --config cnilab:backend=stand-in --config cnilab:stand-in.answer=a b --config cnilab:stand-in.hostSize= --stack bad`,
  );
  const calls = cli.engineCalls().length;
  const wrong = await cli.run(['up', file, '--set', 'image=x'], cli.standIn);
  expect(wrong.stderr).toBe(
    'cnilab: --set netns.image: backend netns has no setting "image"\n  → it has none at all: take it out\n',
  );
  const form = await cli.run(['up', file, '--set', 'image'], cli.standIn);
  expect(form.stderr).toContain('cnilab: --set image: this is not of the form <key>=<value>\n');
  const backend = await cli.run(['up', file, '--set', 'standin.answer=x'], cli.standIn);
  expect(backend.stderr).toContain('there is no backend "standin"\n  → did you mean "stand-in"?');
  expect([wrong.exitCode, form.exitCode, backend.exitCode, cli.engineCalls().length]).toEqual([
    2,
    2,
    2,
    calls,
  ]);
});

test('a wrong lab file stops before any engine starts', async () => {
  writeFileSync(file, BAD_LAB.replace('replicas: 2', 'replicas: two'));
  const { exitCode, stderr } = await cli.run(['up', file]);
  expect(stderr).toMatch(/lab\.yaml:4:\d+: /);
  expect(exitCode).toBe(2);
  expect(cli.engineCalls()).toEqual([]);
});

test('another lab under the same stack is not touched', async () => {
  cli.addStack(record);
  const { exitCode, stderr } = await cli.run(['up', 'kindnet', '--stack', 'bad']);
  expect(stderr).toMatch(/^cnilab: stack "bad" holds lab bad, not kindnet\n/);
  expect(stderr).toContain('npm run down -- --stack bad');
  expect(exitCode).toBe(2);
  expect(cli.engineCalls()).toEqual([]);
});

test('a lab that belongs to another Pulumi state is not touched', async () => {
  const handle = { ...record.handle, backend: 'stand-in' };
  cli.addStack({ ...record, labFile: file, backend: 'stand-in', handle }, passed);
  writeFileSync(cli.path(`${handle.id}.json`), '{}');
  const alive = await cli.run(['up', file], cli.standIn);
  expect(alive.stderr).toMatch(
    /^cnilab: a lab is already up under stack "bad", whose Pulumi state is in file:\/\/\/home\/me\/\.pulumi\n/,
  );
  expect([alive.exitCode, cli.engineCalls()]).toEqual([2, []]);
  // One that is dead is in nobody's way.
  rmSync(cli.path(`${handle.id}.json`));
  expect(await cli.run(['up', file], cli.standIn)).toMatchObject({ exitCode: 0, stderr: '' });
});

test('all tools that are missing are named before any engine starts', async () => {
  // A PATH of its own cannot hide what is in /usr/sbin; a small busybox in front of it can.
  const busybox = findTool('busybox') ?? '';
  for (const tool of ['setcap', 'tcpdump', 'ping']) symlinkSync(busybox, cli.path('bin', tool));
  const { exitCode, stdout, stderr } = await cli.run(['up', file]);
  expect(stderr).toMatch(
    /^cnilab: this machine lacks tools: ping \(traffic\), setcap \(file capabilities\)\.\n/,
  );
  expect(stdout).toBe('');
  expect([exitCode, cli.engineCalls()]).toEqual([3, []]);
});

test('a failed experiment: the whole summary, exit code 1', async () => {
  cli.addStack({ ...record, labFile: file }, results);
  cli.engine('events', recorded('up-experiment-fails.jsonl'));
  cli.engine('exit-code', '1');
  const { exitCode, stdout, stderr } = await cli.run(['up', file]);
  expect(stdout).toContain('✗ experiment wrong\n');
  expect(stdout).toContain('received: expected 0, observed 1');
  expect(stdout).toContain('Try next');
  expect(stderr).toBe('');
  expect(exitCode).toBe(1);
});

test('a lab without experiments: nothing is said of results', async () => {
  cli.addStack({ ...record, labFile: file, definition: { ...record.definition, experiments: [] } });
  const { exitCode, stdout } = await cli.run(['up', file]);
  expect(stdout).toContain('no experiment has been run');
  expect(stdout).toContain('npm run -s lab -- exec p-1 --stack bad -- ping');
  expect(stdout).not.toMatch(/results|verify/);
  expect(exitCode).toBe(0);
});

test('an inconclusive experiment ends with 4; one that is only recorded with 0', async () => {
  const open = results.experiments.map((one) => ({ ...one, verdict: 'inconclusive' as const }));
  cli.addStack({ ...record, labFile: file }, { experiments: open });
  expect((await cli.run(['up', file])).exitCode).toBe(4);
  writeFileSync(file, BAD_LAB.replace('kind: ping', 'onFailure: record, kind: ping'));
  expect((await cli.run(['up', file])).exitCode).toBe(0);
});

test('a failure of anything else: the reason, how to go on, where more is; exit code 3', async () => {
  const urn = 'urn:pulumi:bad::cnilab::cnilab:index:Lab$cnilab:index:Network::bad-network';
  const diagnostic = {
    severity: 'error',
    urn,
    message: '1 error occurred:\n\t* plugin ptp hangs on node a\n\n',
  };
  cli.engine('events', `${JSON.stringify({ diagnosticEvent: diagnostic })}\n`);
  cli.engine('exit-code', '255');
  const { exitCode, stderr } = await cli.run(['up', file, '--stack', 'mine']);
  expect(stderr).toContain(
    'cnilab: the lab under stack "mine" could not be stood up:\n  network: plugin ptp hangs on node a\n',
  );
  expect(stderr).toMatch(/→ npm run up -- \S*lab\.yaml --stack mine {3}goes on/);
  expect(stderr).toMatch(/→ the engine's own account: .*mine\.engine\.log/);
  expect(exitCode).toBe(3);
});

test('a lab that never stood is cleared away, and the command to try again says what was said of its backend', async () => {
  cli.engine('stderr', 'error: no room\n');
  cli.engine('exit-code-up', '255');
  const { stderr } = await cli.run(
    ['up', file, '--backend', 'stand-in', '--set', 'answer=a b', '--stack', 'mine'],
    cli.standIn,
  );
  expect(stderr).toMatch(
    /→ npm run up -- \S*lab\.yaml --stack mine --backend stand-in --set 'answer=a b' {3}tries again, from the beginning/,
  );
});

test('a change of a lab that stands which fails: it is said that the lab stands, and it is left alone', async () => {
  cli.addStack({ ...record, labFile: file });
  cli.engine('stderr', 'error: something is wrong with workload q\n');
  cli.engine('exit-code', '255');
  const { exitCode, stdout, stderr } = await cli.run(['up', file]);
  expect(stderr).toContain(
    'cnilab: the lab under stack "bad" could not be changed; the rest of it stands:\n  something is wrong with workload q\n',
  );
  expect(stderr).toContain('→ put the lab file back as it was');
  expect(stdout).not.toContain('Taking down');
  expect(cli.engineCalls().at(-1)).toMatch(/^up /);
  expect(JSON.parse((await cli.run(['list', '--json'])).stdout).stacks).toHaveLength(1);
  expect(exitCode).toBe(3);
});

test('what the engine says before it begins is passed on with what to do about it', async () => {
  cli.engine(
    'stderr',
    'error: getting stack configuration: get stack secrets manager: incorrect passphrase\n',
  );
  cli.engine('exit-code', '255');
  const { exitCode, stderr } = await cli.run(['up', file]);
  expect(stderr).toContain('incorrect passphrase');
  expect(stderr).toContain('PULUMI_CONFIG_PASSPHRASE');
  expect(exitCode).toBe(3);
});

test('an engine that was killed while it was creating something: the mark it left is cleared', async () => {
  const message =
    'Attempting to deploy or update resources with 1 pending operations\n  * urn, interrupted while creating\n';
  cli.engine('events', `${JSON.stringify({ diagnosticEvent: { severity: 'warning', message } })}\n`);
  await cli.run(['up', file]);
  expect(cli.engineCalls().at(-1)).toMatch(
    /^refresh --yes --skip-preview .*--clear-pending-creates --stack bad/,
  );
});

test('the lock of a killed engine is removed with a note; one that is held stays', async () => {
  const locks = cli.path('engine', 'state', '.pulumi', 'locks', 'organization', 'cnilab', 'bad');
  mkdirSync(locks, { recursive: true });
  const holder = {
    pid: 4_194_304,
    username: 'me',
    hostname: hostname(),
    timestamp: new Date().toISOString(),
  };
  writeFileSync(path.join(locks, 'dead.json'), JSON.stringify(holder));
  writeFileSync(path.join(locks, 'held.json'), JSON.stringify({ ...holder, pid: process.pid }));
  const { stdout } = await cli.run(['up', file]);
  expect(stdout).toContain('Removed the lock of an engine that was killed (PID 4194304');
  expect(['dead.json', 'held.json'].map((name) => existsSync(path.join(locks, name)))).toEqual([false, true]);
});

async function interrupted(hang: string) {
  cli.engine('hang', hang);
  const { child, output } = cli.start(['up', file]);
  while (!cli.engineCalls().some((call) => call.startsWith('up '))) await delay(20);
  child.kill('SIGINT');
  // npm passes on what the terminal has sent already. Signals still closer together would be one to the kernel.
  await delay(100);
  child.kill('SIGINT');
  return { child, output };
}

test('Ctrl-C reaches the engine once, and the way to go on is told', async () => {
  const { child, output } = await interrupted('until told');
  expect((await child).exitCode).toBe(130);
  expect(cli.engineSignals()).toEqual(['INT']);
  expect(output.stderr).toContain('cnilab: stopped; the lab under stack "bad" is not complete');
  expect(output.stderr).toContain('npm run down -- --stack bad');
});

async function interruptedWhileStackIsMade() {
  cli.engine('hang-init', 'until gone');
  const { child, output } = cli.start(['up', file]);
  while (cli.engineCalls().length === 0) await delay(20);
  child.kill('SIGINT');
  return { child, output };
}

test('Ctrl-C while the stack is being made waits for it: its lock would keep the next command out', async () => {
  const { child, output } = await interruptedWhileStackIsMade();
  await delay(500);
  expect([processStart(child.pid ?? 0) === undefined, output.stderr]).toEqual([false, '']);
  rmSync(cli.path('engine', 'hang-init'));
  expect((await child).exitCode).toBe(130);
  expect(output.stderr).toContain('cnilab: stopped; the lab under stack "bad" is not complete');
  expect(cli.engineCalls()).toEqual([expect.stringMatching(/^stack init bad /)]);
});

test('a second Ctrl-C ends the making of a stack at once', async () => {
  const { child, output } = await interruptedWhileStackIsMade();
  await delay(1_000);
  child.kill('SIGINT');
  expect((await child).exitCode).toBe(130);
  expect(output.stderr).toMatch(/^cnilab: stopped; [\s\S]*goes on from where it stopped/);
});

test('a second Ctrl-C, but not what npm repeats of the first, kills an engine that does not stop', async () => {
  const { child, output } = await interrupted('deaf');
  while (!output.stdout.includes('Ctrl-C again')) await delay(20);
  await delay(1_000);
  expect(output.stdout).not.toContain('Stopping at once');
  child.kill('SIGINT');
  expect((await child).exitCode).toBe(130);
  expect(output.stdout).toContain('Stopping at once');
});

test('down destroys the stack and removes every trace of it', async () => {
  await cli.run(['up', file]);
  const { exitCode, stdout } = await cli.run(['down', '--stack', 'bad']);
  expect(cli.engineCalls().at(-1)).toMatch(
    /^destroy --yes --skip-preview --suppress-outputs --remove --stack bad/,
  );
  expect(stdout).toContain('Stack bad is down; nothing of it is left.');
  expect(exitCode).toBe(0);
  expect(existsSync(cli.path('state', 'stacks', 'bad'))).toBe(false);
  expect(existsSync(cli.path('state', 'logs', 'bad.engine.log'))).toBe(false);
});

test('down without Pulumi’s state works from the record; without either it says so', async () => {
  const handle = { ...record.handle, backend: 'stand-in' };
  cli.addStack({ ...record, backend: 'stand-in', handle }, results);
  const left = await cli.run(['down', 'bad'], cli.standIn);
  expect(readFileSync(cli.path('calls.log'), 'utf8')).toMatch(/^deleteCluster/m);
  expect(left.stdout).toContain('Stack bad is down');
  expect(existsSync(cli.path('state', 'stacks', 'bad'))).toBe(false);
  const nothing = await cli.run(['down', 'bad']);
  expect(nothing.stdout).toBe('Nothing stands under stack "bad": there is nothing to take down.\n');
  expect([left.exitCode, nothing.exitCode]).toEqual([0, 0]);
  expect(cli.engineCalls()).toEqual([]);
});

test('down takes the only lab, asks when there are several, and takes all when told', async () => {
  cli.addStack(record);
  cli.addStack({ ...record, stack: 'table-3' } as StackRecord);
  const asked = await cli.run(['down']);
  expect(asked.stderr).toContain('2 labs are up; say which one to take down');
  const ofLab = await cli.run(['down', '--all', '--stack', 'bad']);
  expect([asked.exitCode, ofLab.exitCode]).toEqual([2, 2]);
  const all = await cli.run(['down', '--all']);
  expect(all.stdout).toMatch(/Stack bad is down[\s\S]*Stack table-3 is down/);
  expect((await cli.run(['down', '--all'])).stdout).toBe('No lab is up: there is nothing to take down.\n');
});

test('down --all goes on past a stack that cannot be taken down, and tells of each at the end', async () => {
  for (const stack of ['broken-1', 'sound', 'unsound']) {
    cli.addStack({ ...record, stack, ...(stack !== 'sound' && { backend: `no-${stack}` }) });
  }
  const { exitCode, stdout, stderr } = await cli.run(['down', '--all']);
  expect(stdout).toContain('Stack sound is down');
  expect(stderr).toMatch(
    /^cnilab: 2 of 3 stacks could not be taken down:\n {2}broken-1: there is no backend/,
  );
  expect(stderr).toMatch(/^ {2}unsound: there is no backend "no-unsound"/m);
  expect(exitCode).toBe(3);
  const left = (await cli.run(['list', '--json'])).stdout;
  expect(JSON.parse(left).stacks.map((one: StackRecord) => one.stack)).toEqual(['broken-1', 'unsound']);
});

test('Ctrl-C ends down --all, and not only the stack it is at', async () => {
  for (const stack of ['one', 'two']) await cli.run(['up', file, '--stack', stack]);
  cli.engine('hang', 'until told');
  const { child, output } = cli.start(['down', '--all']);
  const destroys = () => cli.engineCalls().filter((call) => call.startsWith('destroy '));
  while (destroys().length === 0) await delay(20);
  child.kill('SIGINT');
  expect((await child).exitCode).toBe(130);
  expect(output.stderr).toMatch(/^cnilab: stopped; 2 of 2 stacks are not down:\n {2}one: stopped/);
  expect(destroys()).toHaveLength(1);
});
