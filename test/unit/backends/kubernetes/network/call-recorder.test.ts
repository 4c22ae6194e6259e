// The call recorder before real plugins, in namespaces of the test's own.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  installRecorder,
  removeRecorder,
  unrecorded,
} from '../../../../../infra/backends/kubernetes/network/call-recorder.ts';
import { parseCalls, readCalls } from '../../../../../infra/backends/kubernetes/network/read-calls.ts';
import { cniPluginDirs, findCniPlugin } from '../../../../../infra/util/tools.ts';
import { type PrivateHost, privateHost } from '../../../../support/private-host.ts';

const paths = { plugins: '/run/plugins', own: '/var/lib/cnilab' };
const op = { signal: new AbortController().signal };
const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const real = ['loopback', 'ptp', 'portmap', 'bridge', 'host-local'];
/** Stand-ins for what a real plugin does seldom. */
const odd = {
  noisy: 'head -c 3000000 /dev/urandom > /run/noise 2> /dev/null; cat /run/noise; cat /run/noise >&2; exit 3',
  echo: 'cat; exit 0',
  deaf: 'exec < /dev/null; echo "{}"',
  killed: 'kill -TERM $$',
  hangs: 'echo $$ > /run/hangs.pid; exec sleep 1000',
};

let node: PrivateHost;
beforeAll(async () => {
  node = await privateHost('node-1');
});
afterAll(() => node?.close());

/** The node, and where everything is on it. */
const site = () => ({ host: node.host, paths });
const install = (types: readonly string[]) =>
  installRecorder(site(), types, { perl: '/usr/bin/perl', machine }, op);
const sh = async (script: string) => (await node.host.run(['sh', '-c', script])).stdout.trim();
const calls = () => readCalls(node.host, 'node-1', paths);
const sums = () => sh(`cd ${paths.plugins} && sha256sum * && stat -c '%A %n' * && readlink link`);

beforeEach(async () => {
  const sources = real.map((type) => findCniPlugin(type, cniPluginDirs()) ?? `there is no ${type}`);
  await sh(`rm -rf ${paths.plugins} ${paths.own}; mkdir -p ${paths.plugins}; cp ${sources.join(' ')} ${paths.plugins}
    ln -s loopback ${paths.plugins}/link`);
  await node.host.write(
    Object.entries(odd).map(([name, body]) => ({
      path: `${paths.plugins}/${name}`,
      content: `#!/bin/sh\n${body}\n`,
      mode: 0o755,
    })),
  );
});

const kindnet = {
  cniVersion: '0.3.1',
  name: 'kindnet',
  type: 'ptp',
  ipMasq: false,
  mtu: 1500,
  ipam: {
    type: 'host-local',
    dataDir: '/run/leases',
    routes: [{ dst: '0.0.0.0/0' }],
    ranges: [[{ subnet: '10.244.0.0/24' }]],
  },
};

function env(command: string, netns = '/nowhere', id = 'c1', ifName = 'eth0') {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    CNI_COMMAND: command,
    CNI_CONTAINERID: id,
    CNI_NETNS: netns,
    CNI_IFNAME: ifName,
    CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAME=pod-1',
    CNI_PATH: paths.plugins,
    UNRELATED: 'stays private',
  };
}

async function call(type: string, conf: object, environment = env('ADD')) {
  const { exitCode, stdout, stderr } = await node.host.run([`${paths.plugins}/${type}`], {
    env: environment,
    stdin: JSON.stringify(conf),
  });
  return { exitCode, stdout, stderr };
}

/** But for names and MACs that the kernel draws at random, and the PID that stands for the pod. */
const fixed = ({ stdout, ...rest }: Awaited<ReturnType<typeof call>>) => ({
  ...rest,
  stdout: stdout
    .replace(/veth[0-9a-f]{8}/g, 'vethX')
    .replace(/proc\/\d+/g, 'proc/N')
    .replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, 'MAC'),
});

describe('a recorded plugin', () => {
  it('answers as it does without, whether it succeeds or fails', async () => {
    const attach = async () => {
      const netns = await node.makeNetns();
      const at = env('ADD', netns.path);
      const lo = await call(
        'loopback',
        { cniVersion: '0.3.1', name: 'lo', type: 'loopback' },
        env('ADD', netns.path, 'c1', 'lo'),
      );
      const added = await call('ptp', kindnet, at);
      const again = await call('ptp', kindnet, at);
      const noNetns = await call('ptp', kindnet, env('ADD', '/nowhere'));
      const version = await call('portmap', { cniVersion: '0.3.1' }, env('VERSION'));
      const gone = await call('ptp', kindnet, { ...at, CNI_COMMAND: 'DEL' });
      await sh('rm -rf /run/leases');
      return [lo, added, again, noNetns, version, gone].map(fixed);
    };
    const without = await attach();
    await install(real);
    expect(await attach()).toEqual(without);
    expect(without.map(({ exitCode }) => exitCode)).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it.each(Object.keys(odd).filter((name) => name !== 'hangs'))(
    'is byte for byte the same: %s',
    async (type) => {
      const run = () =>
        sh(`cd /run; head -c 300000 ${paths.plugins}/ptp | CNI_COMMAND=ADD ${paths.plugins}/${type} > out 2> err
        echo $?; sha256sum < out; [ ${type} = noisy ] && cmp out noise && cmp err noise || sha256sum < err`);
      const without = (await run()).split('\n');
      await install([type]);
      const sums = (await run()).split('\n');
      // The noise is new each time, and has been compared with what was read.
      expect(type === 'noisy' ? [sums[0], sums.length] : sums).toEqual(type === 'noisy' ? ['3', 2] : without);
      expect(await calls()).toMatchObject([{ plugin: type, exitCode: Number(sums[0]) }]);
    },
  );

  it('is on record, oldest call first, and its delegate is not', async () => {
    await install(real);
    const netns = await node.makeNetns();
    const before = BigInt(Date.now()) * 1_000_000n;
    const conf = { ...kindnet, type: 'bridge', bridge: 'br-test' };
    const added = await call('bridge', conf, env('ADD', netns.path, 'c7'));
    await call('bridge', conf, env('DEL', netns.path, 'c7'));
    await call('bridge', conf, env('STATUS'));
    const [first, ...others] = await calls();
    const { UNRELATED, ...known } = env('ADD', netns.path, 'c7');
    expect(first).toEqual({
      command: 'ADD',
      node: 'node-1',
      network: 'kindnet',
      plugin: 'bridge',
      path: `${paths.plugins}/bridge`,
      containerId: 'c7',
      ifName: 'eth0',
      env: known,
      stdin: JSON.stringify(conf),
      ...added,
      startedNs: expect.any(BigInt),
      durationNs: expect.any(BigInt),
    });
    expect(Number((first?.startedNs ?? 0n) - before) / 1e9).toBeCloseTo(0, -1);
    expect(first?.durationNs).toBeGreaterThan(1_000_000n);
    expect(others).toMatchObject([{ command: 'DEL', exitCode: 0 }]);
    await sh('rm -rf /run/leases; ip link del br-test');
  });

  it('can be called many times at once', async () => {
    await install(['echo']);
    const said = await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        call('echo', { name: `net${i}` }, env('ADD', '/nowhere', `c${i}`)),
      ),
    );
    expect(said.map(({ stdout }) => stdout)).toEqual(said.map((_, i) => JSON.stringify({ name: `net${i}` })));
    const recorded = await calls();
    expect(new Set(recorded.map(({ containerId }) => containerId)).size).toBe(24);
    const starts = recorded.map(({ startedNs }) => startedNs);
    expect(starts).toEqual(starts.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('ends when the runtime kills it for hanging, and that is on record', async () => {
    await install(['hangs']);
    const killed = `CNI_COMMAND=ADD timeout -s KILL 1 ${paths.plugins}/hangs < /dev/null; echo $?`;
    expect(await sh(killed)).toBe('137');
    // The record is written just after the runtime has its answer.
    await sh(`for i in $(seq 50); do ls ${paths.own}/cni-calls | grep -q . && break; sleep 0.1; done`);
    expect(await calls()).toMatchObject([{ plugin: 'hangs', exitCode: 137, stdout: '' }]);
    expect((await calls())[0]?.durationNs).toBeGreaterThan(900_000_000n);
    expect(await sh('kill -0 $(cat /run/hangs.pid) 2> /dev/null && echo alive')).toBe('');
  });

  it('runs although nothing can be recorded', async () => {
    await install(['echo']);
    await sh(`rm -rf ${paths.own}/cni-calls; echo in-the-way > ${paths.own}/cni-calls`);
    expect(await call('echo', { name: 'n' })).toEqual({ exitCode: 0, stdout: '{"name":"n"}', stderr: '' });
    expect(await calls()).toEqual([]);
  });

  it('leaves the last thousand calls, and of a long text nothing', async () => {
    await install(['echo']);
    await sh(`cd ${paths.own}/cni-calls && for i in $(seq 1003); do : > $(printf %020d $i)-1; done`);
    await call('echo', { name: 'n', long: 'x'.repeat(40_000) });
    expect(await sh(`ls ${paths.own}/cni-calls | wc -l`)).toBe('1000');
    expect(await calls()).toMatchObject([{ stdin: '', stdout: '', network: '' }]);
  });
});

describe('the recorder', () => {
  it('is put before a plugin once, and again when an installer has put the plugin back', async () => {
    await install(['ptp', 'loopback', 'link', 'not-there']);
    expect(await unrecorded(site(), ['ptp', 'loopback', 'bridge', 'not-there'], op)).toEqual(['bridge']);
    const before = await sums();
    await install(['ptp', 'loopback', 'link']);
    expect(await sums()).toBe(before);
    // As an installer does that opens the file that is there.
    await sh(`cat ${paths.plugins}/bridge > ${paths.plugins}/ptp`);
    expect(await unrecorded(site(), ['ptp', 'loopback'], op)).toEqual(['ptp']);
    await install(['ptp']);
    expect(await sh(`cmp ${paths.own}/cni-bin/ptp ${paths.plugins}/bridge && echo same`)).toBe('same');
    expect((await call('ptp', {})).stdout).not.toContain('cannot be started');
  });

  it('leaves every plugin as it was', async () => {
    const before = await sums();
    await install(real);
    expect(await call('link', kindnet, env('VERSION'))).toMatchObject({ exitCode: 0 });
    await install([...real, 'link']);
    expect(await call('link', kindnet, env('VERSION'))).toMatchObject({ exitCode: 0 });
    expect(await sums()).not.toBe(before);
    await removeRecorder(site(), op);
    expect(await sums()).toBe(before);
    expect(await sh(`ls -A ${paths.own}`)).toBe('');
    await removeRecorder(site(), op);
  });

  it('keeps what an installer has put there since', async () => {
    await install(['ptp']);
    await sh(`cp --remove-destination ${paths.plugins}/bridge ${paths.plugins}/ptp`);
    await removeRecorder(site(), op);
    expect(await sh(`cmp ${paths.plugins}/ptp ${paths.plugins}/bridge && echo same`)).toBe('same');
  });
});

it('leaves out what is no record', () => {
  expect(parseCalls('half a {"li\n\n{}', 'n')).toEqual([]);
});
