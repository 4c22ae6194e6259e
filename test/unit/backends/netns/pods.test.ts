// Pods for real: made, broken by hand in every way that refresh is to notice, mended, and removed without a trace.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterHandle, PodStatus } from '../../../../infra/backends/backend.ts';
import { netnsBackend } from '../../../../infra/backends/netns/netns-backend.ts';
import type { LabNetwork, LabNode, LabPod } from '../../../../infra/lab/lab.ts';

const op = { signal: new AbortController().signal };
const nodes: readonly LabNode[] = [
  { name: 'n1', role: 'control-plane', address: '192.168.49.2', podCIDR: '10.42.0.0/24' },
  { name: 'n2', role: 'worker', address: '192.168.49.3', podCIDR: '10.42.1.0/24' },
];
const pod = (name: string, node: string, address: string): LabPod => ({
  name,
  node,
  address,
  annotations: {},
  ports: [],
  containers: [{ name: 'main', command: ['sleep', 'infinity'] }],
});
const wanted = [
  pod('web-1', 'n1', '10.42.0.2'),
  pod('web-2', 'n1', '10.42.0.3'),
  pod('web-3', 'n2', '10.42.1.2'),
];

/** kill(2) returns before the process is gone. */
const killed = (...pids: readonly (number | undefined)[]) =>
  `kill -9 ${pids.join(' ')}; for p in ${pids.join(' ')}; do while [ -d /proc/$p ]; do sleep 0.01; done; done`;

describe.each(['kindnet', 'flannel'] as const)('pods on %s', (type) => {
  const network: LabNetwork = {
    type,
    podCIDR: '10.42.0.0/16',
    mtu: type === 'flannel' ? 1450 : 1500,
    vni: 1,
    port: 8472,
    routes: true,
    configs: {},
  };
  const before = process.env.CNILAB_STATE_DIR;
  let state: string;
  let handle: ClusterHandle;
  let pods: readonly PodStatus[];

  beforeAll(async () => {
    state = mkdtempSync(path.join(tmpdir(), 'cnilab-pods-'));
    process.env.CNILAB_STATE_DIR = state;
    const underlay = { cidr: '192.168.49.0/24', gateway: '192.168.49.1' };
    const spec = { stack: `pods-${type}`, lab: 'pods', isolation: 'auto', underlay, nodes } as const;
    handle = await netnsBackend.createCluster(spec, async () => undefined, op);
    await netnsBackend.applyNetwork(handle, nodes, network, op);
    pods = await netnsBackend.applyWorkload(handle, 'web', wanted, op);
  }, 60_000);

  afterAll(async () => {
    await netnsBackend.deleteCluster(handle, op);
    rmSync(state, { recursive: true });
    process.env.CNILAB_STATE_DIR = before;
  });

  const on = async (host: string, command: string) => {
    const result = await netnsBackend.connect(handle).host(host).run(['sh', '-c', command]);
    if (result.exitCode !== 0) throw new Error(`${command}: ${result.stderr}`);
    return result.stdout;
  };
  const calls = async () => (await netnsBackend.connect(handle).cniCalls()).length;
  const drift = () => netnsBackend.workloadDrift(handle, 'web', wanted, op);
  const status = (name: string) => pods.find((one) => one.name === name) as PodStatus;
  const mend = async () => {
    pods = await netnsBackend.applyWorkload(handle, 'web', wanted, op);
  };

  it('have the addresses they were to have, and reach each other across nodes', async () => {
    expect(pods.map(({ name, address }) => [name, address])).toEqual(
      wanted.map((one) => [one.name, one.address]),
    );
    expect(await on('web-1', 'ping -c1 -W2 10.42.1.2')).toContain('1 received');
    expect(await drift()).toEqual([]);
  });

  it('can have host ports, many at once: portmap makes chains that all pods of a node share', async () => {
    const many = Array.from({ length: 8 }, (_, n) => ({
      ...pod(`port-${n}`, 'n1', `10.42.0.${20 + n}`),
      ports: [{ containerPort: 80, hostPort: 8000 + n, protocol: 'tcp' as const }],
    }));
    const halves = [many.slice(0, 4), many.slice(4)];
    const made = await Promise.all(
      halves.map((half, n) => netnsBackend.applyWorkload(handle, `ports-${n}`, half, op)),
    );
    expect(made.flat()).toHaveLength(8);
    await Promise.all(halves.map((_, n) => netnsBackend.deleteWorkload(handle, `ports-${n}`, op)));
  });

  it('are left alone, without a single plugin call, when nothing changed', async () => {
    const made = await calls();
    await mend();
    expect(await calls()).toBe(made);
  });

  it.each<[string, string, (victim: PodStatus) => [host: string, command: string]]>([
    ['a deleted veth', 'interface eth0 is missing', ({ hostVeth }) => ['n1', `ip link del ${hostVeth}`]],
    ['a veth that is down', 'is down', ({ hostVeth }) => ['n1', `ip link set ${hostVeth} down`]],
    [
      'a route that was deleted',
      'route eth0 0.0.0.0/0 via 10.42.0.1 is missing',
      () => ['web-1', 'ip route del default'],
    ],
    ['a flushed route table', 'is missing', () => ['web-1', 'ip route flush table main']],
    [
      'an address that was added',
      'address 10.9.9.9 was added',
      () => ['web-1', 'ip addr add 10.9.9.9/32 dev lo'],
    ],
    ['a killed pod', 'its pause process is gone', ({ pid }) => ['n1', killed(pid)]],
    [
      'the end of all its processes',
      'its pause process is gone',
      ({ pid, containers }) => ['n1', killed(pid, containers[0]?.pid)],
    ],
    [
      'a container that ended',
      'container main has ended',
      ({ containers }) => ['n1', killed(containers[0]?.pid)],
    ],
  ])('are mended after %s, and only the broken one is made anew', async (_, said, sabotage) => {
    const others = pods.filter(({ name }) => name !== 'web-1');
    const [host, command] = sabotage(status('web-1'));
    await on(host, command);
    const found = await drift();
    expect(found.every(({ object }) => object === 'web-1')).toBe(true);
    expect(found.map(({ what }) => what).join('; ')).toContain(said);
    await mend();
    expect(await drift()).toEqual([]);
    expect(pods.filter(({ name }) => name !== 'web-1')).toEqual(others);
    expect(status('web-1').address).toBe('10.42.0.2');
    expect(await on('web-1', 'ping -c1 -W2 10.42.1.2')).toContain('1 received');
  });

  it('tell which node’s network was changed, and it is mended', async () => {
    await on('n2', type === 'flannel' ? 'ip link del flannel.1' : 'ip route del 10.42.0.0/24');
    const found = await netnsBackend.networkDrift(handle, nodes, network, op);
    expect(found.map(({ object }) => object)).toContain('n2');
    await netnsBackend.applyNetwork(handle, nodes, network, op);
    expect(await netnsBackend.networkDrift(handle, nodes, network, op)).toEqual([]);
  });

  it('and nodes tell a command that does not exist from one that ended with 127', async () => {
    const cluster = netnsBackend.connect(handle);
    for (const host of [cluster.host('n1'), cluster.host(wanted[0]?.name ?? '')]) {
      for (const command of ['no-such-command', '/no/such/command']) {
        await expect(host.run([command, '-x'])).rejects.toThrow(
          `there is no such command (on ${host.name}): ${command} -x`,
        );
      }
      const own = await host.run(['sh', '-c', 'no-such-command']);
      expect(own).toMatchObject({ exitCode: 127, stderr: expect.stringContaining('no-such-command') });
    }
  });

  it('are on record in the order of the lab, whichever was made anew', async () => {
    await on('n1', killed(status('web-1').pid));
    await mend();
    const all = await netnsBackend.connect(handle).pods();
    expect(all.map(({ name }) => name)).toEqual(wanted.map(({ name }) => name));
  });

  it.runIf(type === 'flannel')(
    'are made where a bridge plugin was killed before it gave its bridge an address for good',
    async () => {
      await netnsBackend.deleteWorkload(handle, 'web', op);
      await on(
        'n1',
        `ip link del cni0; ip link add cni0 type bridge; ip link set cni0 up
        ip link add port type veth peer name other; ip link set port master cni0; ip link del port`,
      );
      expect(await on('n1', 'cat /sys/class/net/cni0/address')).toBe('00:00:00:00:00:00\n');
      // As a command that comes after a crash: it has made no pod yet.
      await netnsBackend.disconnect(handle);
      await mend();
      expect(pods.map(({ address }) => address)).toEqual(wanted.map(({ address }) => address));
    },
  );

  it('say so when a container’s command does not exist, and leave nothing of that pod', async () => {
    const bad = { ...pod('bad', 'n1', ''), containers: [{ name: 'main', command: ['no-such-command'] }] };
    const leases = () =>
      on('n1', 'ls /run/cni-ipam-state/kindnet /var/lib/cni/networks/cbr0 2>/dev/null; true');
    const had = await leases();
    await expect(netnsBackend.applyWorkload(handle, 'bad', [bad], op)).rejects.toThrow(
      'bad/main: there is no command "no-such-command"',
    );
    expect((await leases()).replaceAll(/last_reserved.*/g, '')).toBe(had.replaceAll(/last_reserved.*/g, ''));
    expect(await netnsBackend.connect(handle).pods()).toHaveLength(3);
  });

  it('leave no veth, lease, chain, cache entry or process when they go', async () => {
    const marks = pods.flatMap(({ containerId, hostVeth, pid }) => [containerId, hostVeth, `/proc/${pid}/`]);
    await netnsBackend.deleteWorkload(handle, 'web', op);
    for (const node of ['n1', 'n2']) {
      const left = await on(
        node,
        'ip -br link; ls -R /run /var/lib/cni; cat /run/cni-ipam-state/*/* /var/lib/cni/networks/*/* 2>/dev/null; iptables-save; nft list ruleset; ls -d /proc/[0-9]*/',
      );
      expect(marks.filter((mark) => left.includes(mark))).toEqual([]);
      expect(left).not.toMatch(/CNI-DN-|CNI-[0-9a-f]{8}|^10\.42\.\d+\.[2-9]$/m);
    }
  });
});
