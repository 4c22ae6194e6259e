// The verbs that a person has at hand, on a lab of their own, through the bin itself.
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../../infra/util/exec.ts';
import { type CliResult, LabSession } from '../support/lab-session.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const BIN = path.join(ROOT, 'scripts', 'cnilab');

let session: LabSession;
let where: string;
const cnilab = (...args: string[]): Promise<CliResult> =>
  exec([BIN, ...args], {
    cwd: where,
    env: { ...session.env, NO_COLOR: '1', npm_command: '' },
    timeoutMs: 240_000,
  });
const json = async (...args: string[]) => JSON.parse((await cnilab(...args, '--json')).stdout);

beforeAll(async () => {
  session = await LabSession.open();
  where = path.join(session.directory, 'work');
  await mkdir(where);
});
afterAll(async () => {
  await session?.close();
});

describe('cnilab', () => {
  it('writes a lab from a template, which is valid and says where it is', async () => {
    const { stdout, exitCode } = await cnilab('init', './mine');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      [
        'Lab mine is in ./mine: README.md, lab.yaml',
        '  → cnilab up ./mine   stands it up',
        '  → cnilab validate ./mine   says what is wrong with it while you write',
        '',
      ].join('\n'),
    );
    const [schema, , name] = readFileSync(path.join(where, 'mine', 'lab.yaml'), 'utf8').split('\n');
    expect(name).toBe('name: mine');
    const file = schema?.replace('# yaml-language-server: $schema=', '') ?? '';
    expect(path.resolve(where, 'mine', file)).toBe(path.join(ROOT, 'labs', 'lab.schema.json'));
    expect((await cnilab('validate', './mine')).exitCode).toBe(0);
  });

  it('does not write where something is, and knows its templates', async () => {
    const there = await cnilab('init', './mine');
    expect([there.exitCode, there.stderr]).toEqual([
      2,
      'cnilab: mine is there and not empty\n  → choose another directory; nothing was written\n',
    ]);
    expect((await cnilab('init', './My_Lab')).stderr).toContain('"My_Lab" cannot be the name of a lab');
    expect((await cnilab('init', './other', '--template', 'kindnt')).stderr).toContain(
      'did you mean "kindnet"?',
    );
    expect(await json('init', './other', '--template', 'kindnet')).toMatchObject({
      name: 'other',
      files: expect.arrayContaining(['README.md', 'configs/200-loopback.conf', 'lab.yaml']),
    });
  });

  it('stands it up and says the outcome for programs, with the progress beside it', async () => {
    const { stdout, stderr, exitCode } = await cnilab('up', './mine', '--json');
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('✓ experiment across')]);
    expect(JSON.parse(stdout)).toMatchObject({ lab: 'mine', backend: 'netns', verdict: 'pass' });
  });

  it('says how the lab is doing', async () => {
    const { stdout, exitCode } = await cnilab('status');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Lab mine, stack mine\n {2}state {4}up for \d+ \w+\n {2}backend {2}netns\n {2}nodes {4}2: n1, n2\n {2}pods {5}2 of 2 run\n {2}faults {3}none\n {2}verdict {2}pass, 5 of 5 checks, [\d\w ]+ ago\n$/,
    );
    expect(await json('status', 'mine')).toMatchObject({ alive: true, missing: [], verdict: 'pass' });
  });

  it('shows tables of one host and of all, and the rows that are asked for', async () => {
    const routes = await cnilab('inspect', 'routes', 'web-1');
    expect(routes.stdout).toMatch(/^FAMILY +DST +VIA/);
    expect(routes.stdout).toMatch(/^inet +default +10\.42\.0\.1 +eth0 /m);
    const vxlan = await json('inspect', 'links', '--where', 'kind=vxlan');
    expect(vxlan.map(({ host, name, mtu }: Record<string, unknown>) => ({ host, name, mtu }))).toEqual([
      { host: 'n1', name: 'flannel.1', mtu: 1450 },
      { host: 'n2', name: 'flannel.1', mtu: 1450 },
    ]);
    const calls = await json('inspect', 'cni-calls', '--where', 'pod=web-2');
    expect(calls.map(({ plugin }: { readonly plugin: string }) => plugin)).toEqual([
      'loopback',
      'flannel',
      'portmap',
      'bandwidth',
    ]);
    expect((await cnilab('inspect', 'rules', 'web-1', '--where', 'table=9')).stdout).toBe('no rows\n');
  });

  it.each([
    [['inspect', 'rutes'], 'there is no table "rutes"\n  → did you mean "routes"?'],
    [['inspect', 'routes', 'web-9'], 'there is no node or pod "web-9"'],
    [['inspect', 'leases', 'web-1'], 'only nodes have the table leases, and "web-1" is a pod'],
    [
      ['inspect', 'veths', 'n1'],
      'the table veths is one for the whole lab: leave "n1" out\n  → cnilab inspect veths --where pod=n1   its rows',
    ],
    [['inspect', 'routes', '--where', 'gateway=x'], 'the table routes has no column "gateway"'],
    [['inspect', 'routes', '--where', 'dst'], '--where dst: a condition is <column>=<value>'],
    [['status', 'yours'], 'no lab is up under stack "yours"'],
  ])('refuses what makes no sense: %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await cnilab(...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`cnilab: ${message}`);
  });

  it('says what is broken in it: a fault, a pod, a verdict', async () => {
    const { fault, shownBy } = await json('fault', 'inject', 'route-missing');
    expect({ fault, shownBy }).toEqual({
      fault: 'route-missing',
      shownBy: { in: expect.stringMatching(/^web-/), command: expect.arrayContaining(['ping']) },
    });
    expect((await cnilab('verify')).exitCode).toBe(1);
    const broken = await cnilab('status');
    expect(broken.exitCode).toBe(1);
    expect(broken.stdout).toMatch(/faults {3}route-missing\n {2}verdict {2}FAIL, /);
    expect(await json('fault', 'repair')).toEqual([
      {
        name: 'route-missing',
        host: expect.stringMatching(/^n[12]$/),
        row: expect.stringContaining('10.42.'),
      },
    ]);
    await cnilab('fault', 'inject');
    expect((await cnilab('status')).stdout).toContain('faults   1 to be found out\n');
    await cnilab('fault', 'repair');
    const [{ pid }] = await json('inspect', 'pods', '--where', 'name=web-2');
    await cnilab('exec', 'n2', '--', 'kill', '-9', String(pid));
    const dead = await cnilab('status');
    expect(dead.exitCode).toBe(3);
    expect(dead.stdout).toContain('1 of 2 run; gone: web-2');
    expect(dead.stdout).toContain('→ npm run pulumi -- refresh --yes --stack mine && cnilab up ');
  });

  it('makes it anew from the beginning', async () => {
    const { stdout, exitCode } = await cnilab('rebuild');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('± cluster made anew')]);
    expect(await json('status')).toMatchObject({ alive: true, missing: [], faults: [], verdict: 'pass' });
  });

  it('completes words from what is there', async () => {
    const words = async (...args: string[]) =>
      (await cnilab('complete', '--', ...args)).stdout.split('\n').map((line) => line.split('\t')[0]);
    expect(await words('exec', 'w')).toEqual(expect.arrayContaining(['web-1', 'web-2']));
    expect(await words('verify', '--stack', '')).toContain('mine');
    expect(await words('up', 'kin')).toContain('kindnet');
    expect(await words('inspect', 'nei')).toContain('neighbours');
    expect(await words('fault', 'inject', 'route')).toContain('route-missing');
    for (const shell of ['bash', 'zsh', 'fish'])
      expect((await cnilab('complete', shell)).stdout).toContain(`# ${shell} completion for cnilab`);
  });

  it('takes it down and says so for programs', async () => {
    expect(await json('down')).toEqual({ stacks: ['mine'] });
    const { exitCode, stderr } = await cnilab('status');
    expect([exitCode, stderr]).toEqual([2, 'cnilab: no lab is up\n  → cnilab up stands one up\n']);
  });
});
