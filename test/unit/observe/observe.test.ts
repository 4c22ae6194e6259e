// The observer on a real, small lab: a node with a bridge and two pods, made by hand in a throwaway namespace.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster, PodStatus } from '../../../infra/backends/backend.ts';
import type { Host } from '../../../infra/backends/host.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { otherClocks } from '../../../infra/observe/clocks.ts';
import { observeHost } from '../../../infra/observe/observe-host.ts';
import { observeLab } from '../../../infra/observe/observe-lab.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';

let machine: PrivateHost;
let cluster: Cluster;
let pods: PodStatus[];
let runs = 0;

/** Another range than the lab has asked for, as on minikube, whose subnet may be taken. */
const standing = [
  { name: 'node', role: 'control-plane', address: '10.8.0.1', podCIDR: '10.9.0.0/24', pid: 1 },
];
const lab = {
  nodes: [{ name: 'node', role: 'worker', address: '10.8.0.1', podCIDR: '10.8.0.0/24' }],
} as unknown as Lab;

beforeAll(async () => {
  machine = await privateHost('node');
  const { host } = machine;
  const netns = [await machine.makeNetns(), await machine.makeNetns()];
  // PIDs as the private namespace numbers them, which is what its /proc shows.
  const wire = netns.map(({ pid }, i) => {
    const n = i + 1;
    return `ip link add veth0000000${n} type veth peer name eth0 netns ${pid}
      ip link set veth0000000${n} master cni0 up
      nsenter -t ${pid} -n sh -ec 'ip link set lo up; ip addr add 10.8.0.${n + 1}/24 dev eth0; ip link set eth0 up'
      mkdir -p /var/lib/cni/networks/net /var/lib/cni/results
      printf 'id${n}\\r\\neth0' > /var/lib/cni/networks/net/10.8.0.${n + 1}`;
  });
  const made = await host.run([
    'sh',
    '-ec',
    `ip link add cni0 type bridge; ip link set cni0 up; ip addr add 10.8.0.1/24 dev cni0
     ${wire.join('\n')}
     mkdir /etc/cni/net.d/net; : > /etc/cni/net.d/10-empty.conflist
     echo '{}' > /var/lib/cni/results/net-id1-eth0`,
  ]);
  expect(made.stderr).toBe('');
  pods = netns.map(({ pid }, i) => ({
    name: `pod-${i + 1}`,
    node: 'node',
    address: `10.8.0.${i + 2}`,
    containerId: `id${i + 1}`,
    pid,
    hostVeth: `veth0000000${i + 1}`,
    mac: '',
    containers: [{ name: 'main', id: `c${i + 1}`, pid }],
  }));
  const counted = (inner: Host): Host => ({
    ...inner,
    run: (...args) => {
      runs++;
      return inner.run(...args);
    },
  });
  cluster = {
    host: (name: string) => {
      const pod = pods.find((p) => p.name === name);
      if (pod === undefined) return counted(host);
      const enter = ['nsenter', '-t', `${pod.pid}`, '-n', '--'];
      return counted({ ...host, name, run: (argv, options) => host.run([...enter, ...argv], options) });
    },
    nodes: async () => standing,
    pods: async () => pods,
    cniCalls: async () => [],
  } as unknown as Cluster;
});
afterAll(() => machine?.close());

test('nodes have the addresses that the cluster gave them, and the roles that the lab has', async () => {
  const { nodes } = await observeLab(cluster, lab);
  const said = { name: 'node', role: 'worker', podCIDR: '10.9.0.0/24' };
  expect(nodes).toEqual([{ ...said, address: '10.8.0.1', inKernel: true }]);
});

test('a node whose kernel has not the address that the cluster tells is noticed', async () => {
  const [node] = standing;
  const moved: Cluster = Object.assign(Object.create(cluster), {
    nodes: async () => [{ ...node, address: '10.8.0.99' }],
  });
  expect((await observeLab(moved, lab)).nodes).toMatchObject([{ address: '10.8.0.99', inKernel: false }]);
});

test('a whole lab is read with one command a host and one more a node', async () => {
  runs = 0;
  const snapshot = await observeLab(cluster, lab);
  expect(runs).toBe(4);
  expect(snapshot.veths.map((v) => [v.pod, v.nodeIf, v.master, v.matches, v.provenBy])).toEqual([
    ['pod-1', 'veth00000001', 'cni0', true, 'netnsid'],
    ['pod-2', 'veth00000002', 'cni0', true, 'netnsid'],
  ]);
  expect(snapshot.attachments.map((a) => [a.pod, a.network, a.cached, a.lease, a.inKernel])).toEqual([
    ['pod-1', 'net', true, true, true],
    ['pod-2', 'net', false, true, true],
  ]);
  const inodes = snapshot.pods.map((p) => p.netns);
  expect(new Set(inodes).size).toBe(2);
  expect(inodes).toEqual(snapshot.containers.map((c) => c.netns));
  expect(inodes).toEqual(snapshot.pods.map((p) => snapshot.hosts[p.name]?.netns));
  expect(snapshot.hosts.node?.interfaces.map((i) => [i.name, i.creator])).toEqual([
    ['lo', 'kernel'],
    ['cni0', 'bridge plugin'],
    ['veth00000001', 'bridge plugin'],
    ['veth00000002', 'bridge plugin'],
  ]);
});

test('every host tells which kernel it runs on and by what clock, and no table shows it', async () => {
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const { hosts } = await observeLab(cluster, lab);
  for (const host of Object.values(hosts)) {
    expect(host.bootId).toBe(bootId);
    const [least, most] = host.aheadNs ?? [1, -1];
    // It is this machine's clock; what people set it by while the tests run is no second.
    expect(Math.abs(least + most) / 2).toBeLessThan(1e9);
    expect(least).toBeLessThanOrEqual(most);
    expect(host.sysctls.filter(({ name }) => name.includes('random'))).toEqual([]);
  }
  expect(otherClocks(hosts, Object.keys(hosts), 'node').size).toBe(0);
});

test('a file of CNI configuration that is empty has a row, a directory has none', async () => {
  const { cniConfig } = await observeHost(cluster.host('node'), 'node');
  expect(cniConfig.map((row) => [row.file, row.picked])).toEqual([['10-empty.conflist', false]]);
});

test('a veth that somebody deletes is missed', async () => {
  await cluster.host('node').run(['ip', 'link', 'del', 'veth00000002']);
  const snapshot = await observeLab(cluster, lab);
  expect(snapshot.veths.map((v) => v.pod)).toEqual(['pod-1']);
  expect(snapshot.attachments[1]).toMatchObject({ pod: 'pod-2', lease: true, inKernel: false });
});

test('a host that lacks a tool is named, with the tool and what to do', async () => {
  const node = cluster.host('node');
  const bare: Host = {
    ...node,
    run: (argv, options) => node.run(['env', '-i', 'PATH=/nowhere', '/bin/sh', ...argv.slice(1)], options),
  };
  await expect(observeHost(bare, 'node')).rejects.toThrow(
    /^cannot observe node: ip -j -d -batch - ended with 127: .*not found; iproute2 5\.0 or later is needed/,
  );
});
