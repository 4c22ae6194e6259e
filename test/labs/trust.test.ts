// What a lab leaves on the machine's disk, and who may read it; and where a secret of its cluster shows.
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../../infra/util/exec.ts';
import { LabSession } from '../support/lab-session.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const NODE = path.join(ROOT, 'node_modules', '.bin', 'node');
const CLI = path.join(ROOT, 'scripts', 'cnilab.ts');

const LAB = `name: trust
cluster: { nodes: [{ name: n1 }] }
network: { type: kindnet, podCIDR: 10.244.0.0/16 }
workloads: [{ name: web, replicas: 2 }]
experiments:
  - { name: heard, kind: journey, ping: { from: web-1, to: web-2, count: 1 } }
  - { name: said, kind: exec, steps: [{ in: web-1, command: [id] }] }
`;
const WITHOUT_EXPERIMENTS = LAB.slice(0, LAB.indexOf('experiments:'));

/** Everything below a directory, itself included. */
function below(directory: string): readonly string[] {
  const inside = lstatSync(directory).isDirectory() ? readdirSync(directory) : [];
  return [directory, ...inside.flatMap((name) => below(path.join(directory, name)))];
}

let session: LabSession;
let lab: string;
beforeAll(async () => {
  session = await LabSession.open();
  lab = path.join(session.directory, 'lab', 'lab.yaml');
  mkdirSync(path.dirname(lab));
});
afterAll(async () => session?.close());

describe.each(['000', '022'])('the files of a lab that was stood up under umask %s', (umask) => {
  let places: Readonly<Record<'state' | 'cache' | 'backend', string>>;
  let env: Readonly<Record<string, string>>;
  const run = (...words: readonly string[]) =>
    exec(['sh', '-c', `umask ${umask}; exec "$@"`, 'sh', NODE, CLI, ...words], { cwd: ROOT, env });

  beforeAll(async () => {
    const directory = path.join(session.directory, `umask-${umask}`);
    places = {
      state: path.join(directory, 'state'),
      cache: path.join(directory, 'cache'),
      backend: path.join(directory, 'pulumi'),
    };
    mkdirSync(places.backend, { recursive: true });
    env = {
      ...session.env,
      CNILAB_STATE_DIR: places.state,
      PULUMI_BACKEND_URL: `file://${places.backend}`,
      NODE_COMPILE_CACHE: '',
    };
    writeFileSync(lab, LAB);
    const { exitCode, stderr } = await run('up', lab);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const words of [
      ['verify'],
      ['trace', 'web-1', 'web-2'],
      ['report', '-o', path.join(places.state, 'page.html')],
    ])
      expect((await run(...words)).exitCode).toBe(0);
  });
  afterAll(async () => {
    expect(await run('down', '--all')).toMatchObject({ exitCode: 0 });
    expect(existsSync(path.join(places.state, 'stacks', 'trust'))).toBe(false);
  });

  it('are its user’s alone: results, captures, reports, records, logs', () => {
    const files = below(places.state);
    for (const kind of [
      'results.json',
      'heard.pcapng',
      'record.json',
      'trust.engine.log',
      'cni-calls.jsonl',
      'page.html',
    ])
      expect(files.map((file) => path.basename(file))).toContain(kind);
    expect(files.filter((file) => lstatSync(file).mode & 0o077)).toEqual([]);
  });

  it('are out of reach of others where the engine keeps its state', () => {
    const [first = ''] = readdirSync(places.backend).map((name) => path.join(places.backend, name));
    expect(first).toMatch(/\.pulumi$/);
    expect(lstatSync(first).mode & 0o777).toBe(0o700);
  });

  it('are in no cache that others may write to', async () => {
    env = { ...env, CNILAB_CACHE_DIR: places.cache };
    expect((await run('list')).exitCode).toBe(0);
    const files = below(places.cache);
    expect(files.length).toBeGreaterThan(2);
    expect(lstatSync(path.join(places.cache, 'compile-cache')).mode & 0o777).toBe(0o700);
    expect(lstatSync(places.cache).mode & 0o022).toBe(0);
  });

  it('look the same to what runs in the lab', async () => {
    const { stdout } = await run(
      'exec',
      'n1',
      '--',
      'stat',
      '-c',
      '%a %n',
      '/etc/passwd',
      '/etc/hostname',
      '/run',
    );
    expect(stdout).toBe('644 /etc/passwd\n644 /etc/hostname\n755 /run\n');
  });
});

describe('a secret of a cluster', () => {
  const SECRET = `canary-${process.pid}-of-a-kubeconfig`;
  const said: string[] = [];
  let env: Readonly<Record<string, string>>;
  let standIn: string;
  const run = async (argv: readonly string[]) => {
    const { exitCode, stdout, stderr } = await exec(argv, { cwd: ROOT, env, timeoutMs: 240_000 });
    said.push(stdout, stderr);
    return { exitCode, stdout, stderr };
  };
  const cli = (...words: readonly string[]) => run([NODE, CLI, ...words]);

  beforeAll(async () => {
    standIn = path.join(session.directory, 'stand-in');
    mkdirSync(standIn);
    env = {
      ...session.env,
      CNILAB_EXTRA_BACKEND: `stand-in=${path.join(ROOT, 'test', 'support', 'stand-in-with-secret.ts')}`,
      CNILAB_STAND_IN: standIn,
      CNILAB_TEST_SECRET: SECRET,
    };
    writeFileSync(lab, WITHOUT_EXPERIMENTS);
    expect(await cli('up', lab, '--stack', 'secret', '--backend', 'stand-in')).toMatchObject({ exitCode: 0 });
  });
  afterAll(async () => {
    await cli('down', '--stack', 'secret');
    rmSync(path.join(ROOT, 'labs', 'stacks', 'Pulumi.secret.yaml'), { force: true });
  });

  it('is there: the backend was asked for it, and the engine has it', async () => {
    const { stdout } = await exec(['pulumi', 'stack', 'export', '--stack', 'secret', '--show-secrets'], {
      cwd: ROOT,
      env,
    });
    expect(stdout).toContain(SECRET);
  });

  it('shows nowhere in what commands say', async () => {
    await Promise.all([
      cli('list', '--json'),
      cli('status', '--stack', 'secret', '--json'),
      cli('results', 'secret'),
      run(['pulumi', 'stack', 'output', '--json', '--stack', 'secret']),
    ]);
    // A failure has the most to say.
    writeFileSync(path.join(standIn, 'behaviour.json'), JSON.stringify({ failPod: 'more-1' }));
    writeFileSync(lab, WITHOUT_EXPERIMENTS.replace('replicas: 2 }', 'replicas: 2 }, { name: more }'));
    await cli('up', lab, '--stack', 'secret', '--backend', 'stand-in');
    await run(['pulumi', 'preview', '--diff', '--stack', 'secret', '--non-interactive']);
    const all = said.join('\n');
    expect(all).toContain('no more addresses');
    expect(all).not.toContain(SECRET);
  });

  it('shows in no file, and in no arguments of a process', () => {
    const kept = [session.env.CNILAB_STATE_DIR, path.join(session.directory, 'pulumi-state')].map(String);
    const files = kept.flatMap(below).filter((file) => lstatSync(file).isFile());
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) expect(readFileSync(file, 'latin1'), file).not.toContain(SECRET);
    const words = readFileSync(path.join(standIn, 'arguments'), 'utf8');
    expect(words).toContain('pulumi');
    expect(words).not.toContain(SECRET);
  });
});
