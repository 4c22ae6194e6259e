// A course of three: instances that are alone, broken, kept, brought back, collected, and gone without a trace.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliLabs, ROOT } from '../support/cli-labs.ts';
import type { CliResult, LabSession } from '../support/lab-session.ts';

const NAME = `class-${process.pid}`;

interface Row {
  readonly student: string;
  readonly state: string;
  readonly checkpoint?: string;
  readonly verdict?: string;
  readonly faults: readonly string[];
  readonly changes?: readonly string[];
}

describe('a course', () => {
  let labs: CliLabs;
  let session: LabSession;

  beforeAll(async () => {
    labs = await CliLabs.open();
    session = labs.session;
  });

  afterAll(async () => {
    await labs?.close();
  });

  const course = (...args: string[]): Promise<CliResult> =>
    session.cli(['course', ...args], { CNILAB_COURSE: NAME, CNILAB_CALLED_AS: 'cnilab' });
  const done = async (...args: string[]) => {
    const result = await course(...args);
    expect(result, result.stderr).toMatchObject({ exitCode: 0 });
    return result;
  };
  const status = async (...args: string[]): Promise<readonly Row[]> =>
    JSON.parse((await done('status', '--json', ...args)).stdout).students;
  const handle = async (student: string) => {
    const file = path.join(session.directory, 'state', 'stacks', `${NAME}-${student}`, 'record.json');
    return JSON.parse(await readFile(file, 'utf8')).handle;
  };
  /** What is on disk of any lab or course. */
  const onDisk = () =>
    ['stacks', 'sandboxes', 'courses'].flatMap((kind) => {
      const directory = path.join(session.directory, 'state', kind);
      return existsSync(directory) ? readdirSync(directory).filter((name) => name.startsWith(NAME)) : [];
    });
  /** Holders of its sandboxes, and whatever else has them in its arguments or runs below them. */
  const alive = (holder: number) => existsSync(`/proc/${holder}`);

  it('goes up for those of a roster, and every other verb works in an instance', async () => {
    const roster = path.join(labs.directory, 'names.txt');
    await writeFile(roster, '# the class\nada\nbob\n\nzoe # late\n');
    const { stdout } = await done('up', 'kindnet', '--roster', roster, '--course', NAME);
    expect(stdout).toContain('3 of 3 instances are up');
    expect(stdout).toMatch(/^ {2}cnilab course status {2}# everybody$/m);
    expect(await status('--changes')).toEqual(
      ['ada', 'bob', 'zoe'].map((student) => expect.objectContaining({ student, state: 'up', changes: [] })),
    );
    const traced = await session.cli(['trace', 'pod-to-pod-1', 'pod-to-pod-2', '--stack', `${NAME}-ada`]);
    expect(traced).toMatchObject({ exitCode: 0 });
  });

  it('of which all stand is left alone by another up, which a smaller roster is refused', async () => {
    const before = await handle('bob');
    await done('up');
    expect(await handle('bob')).toEqual(before);
    const { exitCode, stderr } = await course('up', 'kindnet', '--students', '2', '--course', NAME);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('ada, bob, zoe are in course');
    expect(await handle('bob')).toEqual(before);
  });

  it('keeps what one does from the others', async () => {
    await done('exec', 'bob', 'minikube', '--', 'ip', 'route', 'del', '10.244.1.0/24');
    const ping = ['--', 'ping', '-c', '1', '-W', '1', '10.244.1.2'];
    expect(await course('exec', 'bob', 'pod-to-pod-2', ...ping)).toMatchObject({ exitCode: 1 });
    expect(await course('exec', 'ada', 'pod-to-pod-2', ...ping)).toMatchObject({ exitCode: 0 });
    const [ada, bob] = await status('ada', 'bob', '--changes');
    expect(ada?.changes).toEqual([]);
    expect(bob?.changes).toEqual(['minikube: - route 10.244.1.0/24 via 192.168.49.3 dev eth0']);
  });

  it('is verified, and says who does not pass', async () => {
    const { exitCode, stdout, stderr } = await course('verify', '--experiment', 'routes', '--json');
    expect(exitCode, stderr).toBe(1);
    expect(JSON.parse(stdout).students.map(({ student, verdict }: Row) => `${student} ${verdict}`)).toEqual([
      'ada pass',
      'bob fail',
      'zoe pass',
    ]);
  });

  it('runs one command in everybody’s instance, and tells whose failed', async () => {
    const { exitCode, stdout } = await course(
      ...['exec', 'all', 'minikube', '--', 'sh', '-c', 'ip route | grep -c 10.244.1.0/24'],
    );
    expect({ exitCode, stdout }).toEqual({
      exitCode: 1,
      stdout: 'ada\n  1\nbob (exit code 1)\n  0\nzoe\n  1\n',
    });
  });

  it('brings everybody to where one stood: rows of many kinds, and a fault that can still be repaired', async () => {
    await done('fault', 'inject', 'forwarding-off', 'bob');
    const script = [
      'ip link set eth0 mtu 1400',
      'ip address add 172.30.0.1/24 dev eth0',
      'ip neigh add 192.168.49.77 lladdr 02:00:00:00:00:01 dev eth0 nud permanent',
      'sysctl -qw net.ipv4.conf.eth0.rp_filter=1',
      'iptables -t nat -A POSTROUTING -s 10.244.0.0/24 -d 10.9.0.0/16 -j MASQUERADE',
    ];
    await done('exec', 'bob', 'minikube', '--', 'sh', '-ec', script.join('\n'));
    await done('exec', 'bob', 'pod-to-pod-1', '--', 'ip', 'route', 'add', '10.9.0.0/16', 'via', '10.244.1.1');
    await done('checkpoint', 'save', 'stage-2', 'bob');
    const zoe = await handle('zoe');
    await done('checkpoint', 'restore', 'stage-2', '--all');
    expect((await handle('zoe')).id).not.toBe(zoe.id);
    expect(await status('--changes')).toEqual(
      ['ada', 'bob', 'zoe'].map((student) =>
        expect.objectContaining({ student, checkpoint: 'stage-2', faults: ['forwarding-off'], changes: [] }),
      ),
    );
    const rows = await course(
      'exec',
      'zoe',
      'minikube',
      '--',
      'sh',
      '-c',
      'ip route; ip neigh; iptables-save',
    );
    expect(rows.stdout).not.toContain('10.244.1.0/24 via');
    expect(rows.stdout).toContain('192.168.49.77 dev eth0 lladdr 02:00:00:00:00:01 PERMANENT');
    expect(rows.stdout).toContain('-A POSTROUTING -s 10.244.0.0/24 -d 10.9.0.0/16 -j MASQUERADE');
    await done('fault', 'repair', 'zoe');
    const [, , repaired] = await status('--changes');
    expect(repaired?.changes).toContainEqual(
      expect.stringMatching(/~ sysctl net.ipv4.ip_forward: value 0 → 1$/),
    );
  });

  it('has a fault drawn that the instructor sees, and the student is to find out', async () => {
    await done('reset', 'zoe');
    const seen = async () => {
      const { stdout } = await session.cli(['status', '--stack', `${NAME}-zoe`, '--json']);
      const { faults, unnamedFaults } = JSON.parse(stdout);
      return { faults, unnamedFaults };
    };
    await done('fault', 'inject', 'any', 'zoe');
    const [zoe] = await status('zoe');
    expect(zoe?.faults).toHaveLength(1);
    expect(await seen()).toEqual({ faults: [], unnamedFaults: 1 });
    await done('checkpoint', 'save', 'riddle', 'zoe');
    await done('checkpoint', 'restore', 'riddle', 'zoe');
    expect(await status('zoe')).toMatchObject([{ checkpoint: 'riddle', faults: zoe?.faults }]);
    expect(await seen()).toEqual({ faults: [], unnamedFaults: 1 });
  });

  it('is as new where not all of a checkpoint can be brought back', async () => {
    const directory = path.join(session.directory, 'state', 'courses', NAME, 'checkpoints');
    const kept = JSON.parse(await readFile(path.join(directory, 'stage-2', 'bob.json'), 'utf8'));
    const faults = [...kept.faults, { name: 'route-missing', host: 'nowhere' }];
    await mkdir(path.join(directory, 'half'));
    await writeFile(
      path.join(directory, 'half', 'zoe.json'),
      JSON.stringify({ ...kept, name: 'half', faults }),
    );
    const { exitCode, stderr } = await course('checkpoint', 'restore', 'half', 'zoe');
    expect(stderr).toContain('the lab has nothing on nowhere that could break by fault "route-missing"');
    expect(stderr).toContain('the instance is as new instead');
    expect(exitCode).toBe(3);
    expect(await status('zoe', '--changes')).toEqual([
      expect.objectContaining({ state: 'up', faults: [], changes: [] }),
    ]);
  });

  it('refuses to keep what no command would bring back, and says which row', async () => {
    const add = ['ip', 'link', 'add', 'extra', 'link', 'eth0', 'type', 'macvlan'];
    await done('reset', 'ada');
    await done('exec', 'ada', 'minikube', '--', ...add);
    const { exitCode, stderr } = await course('checkpoint', 'save', 'stage-3', 'ada');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('minikube: + interface extra macvlan');
    expect((await course('checkpoint', 'restore', 'stage-3', 'ada')).exitCode).toBe(2);
  });

  it('makes one anew and leaves the others, a dead one too', async () => {
    const [ada, bob] = [await handle('ada'), await handle('bob')];
    process.kill(ada.facts.holder, 'SIGKILL');
    await expect.poll(() => alive(ada.facts.holder), { timeout: 20_000 }).toBe(false);
    expect(await status('ada')).toMatchObject([{ state: 'dead' }]);
    await done('reset', 'ada');
    expect(await handle('bob')).toEqual(bob);
    const [row] = await status('ada', '--changes');
    expect(row).toMatchObject({ state: 'up', changes: [], faults: [] });
    expect(row).not.toHaveProperty('checkpoint');
  });

  it('is collected: results, captures, and a table', async () => {
    await done('verify', 'ada', '--experiment', 'journey-same-node', 'routes');
    const directory = path.join(labs.directory, 'collected');
    await done('collect', '-o', directory);
    const read = (file: string) => readFileSync(path.join(directory, file), 'utf8');
    expect(JSON.parse(read('ada/results.json'))).toMatchObject({ lab: 'kindnet', stack: `${NAME}-ada` });
    expect(readdirSync(path.join(directory, 'ada', 'captures'))).toEqual(['journey-same-node.pcapng']);
    expect(JSON.parse(read('summary.json')).students).toHaveLength(3);
    expect(read('summary.csv').split('\r\n')[1]).toMatch(/^ada,.*,up,,pass,2,9,,/);
    expect(await course('collect', '-o', directory)).toMatchObject({ exitCode: 2 });
  });

  it('that is interrupted while it goes up goes on from there', async () => {
    const lab = await labs.lab('interrupted', {
      yaml: 'cluster: { nodes: [] }\nnetwork: { type: kindnet, podCIDR: 10.1.0.0/16 }\n',
    });
    const argv = [path.join(ROOT, 'node_modules', '.bin', 'node'), path.join(ROOT, 'scripts', 'cnilab.ts')];
    const up = ['course', 'up', 'kindnet', '--students', '40', '--course', `${NAME}-2`, '--at-once', '1'];
    const started = lab.start([...argv, ...up]);
    await started.printed('for 40 students');
    process.kill(started.pid, 'SIGINT');
    const { exitCode, stderr } = await started.ended;
    expect(exitCode, stderr).toBe(130);
    expect(stderr).toMatch(/stopped; \d+ of 40 instances are not up/);
    const after = await session.cli(['course', 'status', '--json', '--course', `${NAME}-2`]);
    const states = new Set((JSON.parse(after.stdout).students as Row[]).map(({ state }) => state));
    expect([...states].filter((state) => state !== 'up' && state !== 'absent')).toEqual([]);
    expect(await session.cli(['course', 'down', '--course', `${NAME}-2`])).toMatchObject({ exitCode: 0 });
    // Nor is there a sandbox that nobody has on record.
    expect(lab.processes()).toEqual([]);
  });

  it('that is killed while it goes up leaves nothing that it does not know of, and goes on', async () => {
    const lab = await labs.lab('killed', {
      yaml: 'cluster: { nodes: [{ name: n1 }] }\nnetwork: { type: kindnet, podCIDR: 10.1.0.0/16 }\nworkloads: [{ name: web }]\n',
    });
    const argv = [path.join(ROOT, 'node_modules', '.bin', 'node'), path.join(ROOT, 'scripts', 'cnilab.ts')];
    const up = ['course', 'up', lab.file, '--students', '8', '--course', `${NAME}-3`];
    const started = lab.start([...argv, ...up]);
    await started.printed('for 8 students');
    process.kill(started.pid, 'SIGKILL');
    await started.ended;
    const env = { CNILAB_COURSE: `${NAME}-3`, CNI_PATH: lab.plugins };
    expect(await session.cli(['course', 'up'], env)).toMatchObject({ exitCode: 0 });
    const after = await session.cli(['course', 'status', '--json'], env);
    expect((JSON.parse(after.stdout).students as Row[]).every(({ state }) => state === 'up')).toBe(true);
    expect(await session.cli(['course', 'down'], env)).toMatchObject({ exitCode: 0 });
    expect(lab.processes()).toEqual([]);
    expect(onDisk().filter((name) => name.startsWith(`${NAME}-3`))).toEqual([]);
  });

  it('loses one, and then all; nothing is left', async () => {
    const holders = await Promise.all(
      ['ada', 'bob', 'zoe'].map(async (one) => (await handle(one)).facts.holder),
    );
    await done('down', 'zoe');
    expect((await status()).map(({ student }) => student)).toEqual(['ada', 'bob']);
    const { stdout } = await done('down');
    expect(stdout).toContain('nothing of it is left');
    expect(onDisk()).toEqual([]);
    expect(holders.filter(alive)).toEqual([]);
    expect(await course('status')).toMatchObject({ exitCode: 2 });
  });
});
