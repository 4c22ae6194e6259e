import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ClusterSpec } from '../../../../infra/backends/backend.ts';
import { minikubeTool } from '../../../../infra/backends/minikube/minikube-tool.ts';
import { kindnetSpec } from './spec.ts';
import { type StandIn, standInMinikube } from './stand-in.ts';

const op = { signal: new AbortController().signal };
const accessed = ({ kubeconfig }: StandIn, node = 'n') => ({
  lab: 'kindnet',
  kubeconfig,
  nodes: () => [node],
});
const profilesOf = ({ home }: StandIn) => readdirSync(path.join(home, 'profiles'));
const networksOf = ({ home }: StandIn) => readdirSync(path.join(home, 'networks'));

/** A cluster as far as planned, with all that can be done with it. */
function planned(spec: ClusterSpec = kindnetSpec()) {
  const minikube = standInMinikube();
  const facts = minikubeTool.plan(spec, 'dev-1');
  const told: string[] = [];
  const listeners: { readonly line: string; readonly heard: () => void }[] = [];
  const progress = (line: string) => {
    told.push(line);
    for (const listener of listeners) if (listener.line === line) listener.heard();
  };
  return {
    minikube,
    facts,
    told,
    /** Resolves when this is told from now on. */
    hear: (line: string) => new Promise<void>((heard) => listeners.push({ line, heard })),
    create: (signal = op.signal, of = spec) =>
      minikubeTool.create(of, facts, minikube.kubeconfig, { signal, progress }),
    state: () => minikubeTool.state(facts, op),
    delete: () => minikubeTool.delete(facts, op, minikube.kubeconfig),
  };
}

describe('a cluster', () => {
  test('comes up, is seen to stand, and goes without a trace', async () => {
    const { minikube, facts, told, ...cluster } = planned();
    expect(await cluster.create()).toEqual([
      { lab: 'minikube', real: facts.cluster },
      { lab: 'minikube-m02', real: `${facts.cluster}-m02` },
    ]);
    expect(statSync(minikube.kubeconfig).mode & 0o777).toBe(0o600);
    expect(told).toEqual([
      `Starting "${facts.cluster}" primary control-plane node in "${facts.cluster}" cluster`,
    ]);
    expect(await cluster.state()).toBe('running');
    await cluster.delete();
    expect(await cluster.state()).toBe('gone');
    expect(profilesOf(minikube)).toEqual([]);
    await cluster.delete();
  });

  test('of several containers leaves no network, which would have the next lab’s addresses', async () => {
    const { minikube, ...cluster } = planned();
    await cluster.create();
    expect(networksOf(minikube)).toHaveLength(1);
    await cluster.delete();
    expect(networksOf(minikube)).toEqual([]);
  });

  test('whose profile somebody has deleted by hand leaves no network either', async () => {
    const { minikube, facts, ...cluster } = planned();
    await cluster.create();
    rmSync(path.join(minikube.home, 'profiles', facts.cluster), { recursive: true });
    expect(await cluster.state()).toBe('gone');
    await cluster.delete();
    expect(networksOf(minikube)).toEqual([]);
  });

  test('that is whole is gone on with, and minikube makes nothing anew', async () => {
    const { minikube, ...cluster } = planned();
    const nodes = await cluster.create();
    expect(await cluster.create()).toEqual(nodes);
    expect(minikube.calls().filter((call) => call.startsWith('delete'))).toEqual([]);
  });

  test('whose hosts are switched off is stopped', async () => {
    const { minikube, ...cluster } = planned();
    await cluster.create();
    minikube.goWrong({ hosts: 'Stopped' });
    expect(await cluster.state()).toBe('stopped');
  });

  test('whose addresses are not those of the lab is told', async () => {
    const { told, create } = planned(
      kindnetSpec({}, { underlay: { cidr: '192.168.56.0/24', gateway: '192.168.56.1' } }),
    );
    await create();
    expect(told).toContain(
      'minikube has 192.168.56.2, not 192.168.49.2 as in the lab: what asserts that address will fail',
    );
  });

  test('gets workers behind the last one', async () => {
    const { minikube, facts, create } = planned();
    await create();
    const third = {
      name: 'minikube-m03',
      role: 'worker',
      address: '192.168.49.4',
      podCIDR: '10.244.2.0/24',
    } as const;
    const spec = kindnetSpec({}, { nodes: [...kindnetSpec().nodes, third] });
    expect(await minikubeTool.addNodes?.(spec, facts, minikube.kubeconfig, op)).toContainEqual({
      lab: 'minikube-m03',
      real: `${facts.cluster}-m03`,
    });
    expect(minikube.calls().filter((call) => call.startsWith('node add'))).toEqual([
      `node add --profile ${facts.cluster} --worker`,
    ]);
  });
});

describe('what goes wrong', () => {
  test('a start that fails half-way is told, stands in the way of nothing, and is taken away', async () => {
    const { minikube, told, ...cluster } = planned();
    minikubeHomeFor(minikube).goWrong({ start: 'start-no-image' });
    await expect(cluster.create()).rejects.toThrow(/the node image is neither here nor to be had/);
    expect(await cluster.state()).toBe('stopped');
    minikube.goWrong({});
    expect(await cluster.create()).toHaveLength(2);
    expect(told).toContainEqual(expect.stringMatching(/^taking away what was half made of cnilab-kindnet-/));
    expect(await cluster.state()).toBe('running');
  });

  test('a start that is refused leaves nothing that delete does not take away', async () => {
    const { minikube, ...cluster } = planned();
    minikubeHomeFor(minikube).goWrong({ start: 'start-docker-down' });
    await expect(cluster.create()).rejects.toThrow(
      /Cannot connect to the Docker daemon.*\n.*Start the Docker service/,
    );
    await cluster.delete();
    expect(profilesOf(minikube)).toEqual([]);
  });

  test('Ctrl-C ends minikube, and what it had made is taken away by the next run', async () => {
    const { minikube, hear, ...cluster } = planned();
    minikubeHomeFor(minikube).goWrong({ start: 'hang' });
    const abort = new AbortController();
    const underWay = hear('Creating docker container (CPUs=2, Memory=3072MB) ...');
    const creating = cluster.create(abort.signal);
    await underWay;
    abort.abort();
    await expect(creating).rejects.toThrow(/abort/i);
    expect(await cluster.state()).toBe('stopped');
    await cluster.delete();
    expect(profilesOf(minikube)).toEqual([]);
  });

  test('a profile of that name that we have not made is never touched', async () => {
    const { minikube, facts, told, ...cluster } = planned();
    await cluster.create();
    told.length = 0;
    const file = path.join(minikube.home, 'profiles', facts.cluster, 'config.json');
    const foreign = readFileSync(file, 'utf8').replace(String(facts.mark), 'somebody.example');
    writeFileSync(file, foreign);
    expect(await cluster.state()).toBe('gone');
    await expect(cluster.create()).rejects.toThrow(/that cnilab has not made: it is left as it is/);
    await expect(cluster.delete()).rejects.toThrow(/that cnilab has not made: it is left as it is/);
    expect(readFileSync(file, 'utf8')).toBe(foreign);
    expect(told).toEqual([]);
    expect(minikube.calls().filter((call) => call.startsWith('start'))).toHaveLength(1);
    expect(minikube.calls().filter((call) => call.startsWith('delete'))).toEqual([]);
  });

  test('nothing is deleted while the driver does not answer: minikube would forget what it cannot delete', async () => {
    const { minikube, ...cluster } = planned();
    await cluster.create();
    minikube.goWrong({ silent: true });
    await expect(cluster.delete()).rejects.toThrow(
      /its driver docker does not answer: Cannot connect to the Docker daemon.*\n.*nothing has been deleted/,
    );
    expect(profilesOf(minikube)).toHaveLength(1);
    minikube.goWrong({});
    await cluster.delete();
    expect(profilesOf(minikube)).toEqual([]);
  });

  test('the profile that the user works with is still theirs after a delete', async () => {
    const { minikube, ...cluster } = planned();
    await cluster.create();
    writeFileSync(path.join(minikube.home, 'active'), 'mine\n');
    await cluster.delete();
    expect(readFileSync(path.join(minikube.home, 'active'), 'utf8')).toBe('mine\n');
  });

  test("the user's own kubeconfig is never given to minikube", async () => {
    const { minikube, create, state, ...cluster } = planned();
    const own = path.join(path.dirname(minikube.home), 'own-kubeconfig');
    vi.stubEnv('KUBECONFIG', own);
    await create();
    await state();
    await cluster.delete();
    expect(existsSync(own)).toBe(false);
  });

  test('settings that cannot be are refused before minikube is asked', async () => {
    const { minikube, create } = planned(kindnetSpec({ cni: 'weave' }));
    await expect(create()).rejects.toThrow(/cnilab:minikube.cni is "weave"/);
    expect(existsSync(minikube.home)).toBe(false);
  });

  test('without a minikube, probe says what to do', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const refusal = await minikubeTool.probe({});
    vi.unstubAllEnvs();
    expect(refusal).toEqual({
      reason: 'there is no minikube on PATH',
      fix: 'install it: https://minikube.sigs.k8s.io/docs/start/',
    });
  });

  test('with one, nothing stands in the way', async () => {
    standInMinikube();
    expect(await minikubeTool.probe({ driver: 'docker' })).toBeUndefined();
    expect(await minikubeTool.probe({ cni: 'weave' })).toMatchObject({
      reason: expect.stringContaining('weave'),
    });
  });
});

describe('the nodes', () => {
  /** What a program that is entered into a node gives back of what it is given. */
  async function through(argv: readonly string[], env: Readonly<Record<string, string>>, input: Buffer) {
    const [file = '', ...args] = argv;
    const child = spawn(file, args, { env: { ...process.env, ...env } });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.end(input);
    await new Promise((resolve) => child.on('close', resolve));
    return Buffer.concat(chunks);
  }

  test('are entered by ssh with bytes and words as they are', async () => {
    const { minikube, facts, create } = planned();
    await create();
    const access = minikubeTool.access(facts, {}, accessed(minikube, facts.cluster));
    await access.open?.(op);
    expect(access.name).toBe('minikube ssh');
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    const cat = access.enter(`${facts.cluster}-m02`, ['cat']);
    expect((await through(cat.argv, cat.env ?? {}, bytes)).equals(bytes)).toBe(true);
    const words = ["it's", '$HOME "x"', '', 'a\nb', '*'];
    const echo = access.enter(`${facts.cluster}-m02`, ['printf', '<%s>', ...words]);
    expect(String(await through(echo.argv, echo.env ?? {}, Buffer.alloc(0)))).toBe(
      words.map((word) => `<${word}>`).join(''),
    );
    await access.close?.(op);
  });

  test.each([
    [true, []],
    [false, ['--native-ssh=false']],
  ])('are entered by hand; with a terminal: %j', async (terminal, options) => {
    const { stdin, stdout } = { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY };
    onTestFinished(() => {
      Object.assign(process.stdin, { isTTY: stdin });
      Object.assign(process.stdout, { isTTY: stdout });
    });
    Object.assign(process.stdin, { isTTY: terminal });
    Object.assign(process.stdout, { isTTY: terminal });
    const { facts, minikube } = planned();
    const { argv, env } = minikubeTool
      .access(facts, { nodeAccess: 'ssh' }, accessed(minikube))
      .shell('n', ['bash']);
    expect(argv.slice(1)).toEqual([
      ...['ssh', '--profile', facts.cluster, '--node', 'n', ...options, '--', 'sudo -n -- bash'],
    ]);
    expect(env).toMatchObject({ MINIKUBE_HOME: minikube.home, PATH: expect.any(String) });
  });

  test('that lack a tool, as those of minikube’s own images do, are entered by a pod', async () => {
    const { minikube, facts, create } = planned();
    await create();
    minikube.goWrong({ lacks: 'tcpdump' });
    const access = minikubeTool.access(facts, {}, accessed(minikube, `${facts.cluster}-m02`));
    expect(() => access.enter('n', ['true'])).toThrow(/before they are opened/);
    // The stand-in's cluster has no API, which a privileged pod needs.
    await expect(access.open?.(op)).rejects.toThrow();
    expect(access.name).toBe('a privileged pod (kubectl exec)');
  });

  test('that cannot be entered are named, with what minikube says', async () => {
    const { minikube, facts, create } = planned();
    await create();
    const access = minikubeTool.access(facts, {}, accessed(minikube, 'nobody'));
    await expect(access.open?.(op)).rejects.toThrow(/^node nobody cannot be entered by minikube ssh: /);
  });
});

/** So that it can be told what to do wrong before it is first called. */
function minikubeHomeFor(minikube: StandIn): StandIn {
  mkdirSync(minikube.home, { recursive: true });
  return minikube;
}
