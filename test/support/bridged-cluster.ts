// A stand-in cluster with a real kernel under it: one node with a bridge, two pods on it, no CNI and no backend.
import type { Cluster, PodStatus } from '../../infra/backends/backend.ts';
import type { Host } from '../../infra/backends/host.ts';
import type { Lab } from '../../infra/lab/lab.ts';
import { privateHost } from './private-host.ts';

export interface BridgedCluster {
  readonly cluster: Cluster;
  readonly lab: Lab;
  readonly node: Host;
  close(): Promise<void>;
}

/** tcpdump gives up root, which a user namespace with one uid does not let it do: captures need real root here. */
export const canCapture = process.getuid?.() === 0;

/** Node `node-1` (cni0, 10.42.0.1/24), pods `pod-1` (10.42.0.2) and `pod-2` (10.42.0.3); no IPv6, so no noise of its own. */
export async function bridgedCluster(): Promise<BridgedCluster> {
  const privately = await privateHost('node-1', { userns: !canCapture });
  const node = privately.host;
  const made = await Promise.all([privately.makeNetns(), privately.makeNetns()]);
  const [one = 0, two = 0] = made.map(({ pid }) => pid);
  await must(
    node,
    `set -e
    sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
    ip link add cni0 type bridge; ip addr add 10.42.0.1/24 dev cni0; ip link set cni0 up
    for n in 1 2; do
      eval pid=\\$$n
      nsenter -t $pid -n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
      ip link add veth$n type veth peer name eth0 address 02:00:00:00:00:0$n netns $pid
      ip link set veth$n master cni0 up
      nsenter -t $pid -n ip -batch - <<END
link set lo up
link set eth0 up
addr add 10.42.0.$((n + 1))/24 dev eth0
END
    done`,
    [`${one}`, `${two}`],
  );
  const pods: PodStatus[] = [one, two].map((pid, index) => ({
    name: `pod-${index + 1}`,
    node: 'node-1',
    address: `10.42.0.${index + 2}`,
    containerId: `container-${index + 1}`,
    pid,
    hostVeth: `veth${index + 1}`,
    mac: `02:00:00:00:00:0${index + 1}`,
    containers: [{ name: 'main', id: `container-${index + 1}`, pid }],
  }));
  const hosts = new Map<string, Host>([['node-1', node]]);
  for (const { name, pid } of pods) hosts.set(name, inNetns(node, name, pid));
  return { cluster: clusterOf(hosts, pods), lab: LAB, node, close: () => privately.close() };
}

const LAB: Lab = {
  name: 'bridged',
  title: 'Two pods on a bridge',
  underlay: { cidr: '192.168.49.0/24', gateway: '192.168.49.1' },
  nodes: [{ name: 'node-1', role: 'control-plane', address: '192.168.49.2', podCIDR: '10.42.0.0/24' }],
  network: {
    type: 'conflist',
    podCIDR: '10.42.0.0/16',
    mtu: 1500,
    vni: 1,
    port: 8472,
    routes: false,
    configs: {},
  },
  workloads: [
    {
      name: 'pod',
      kind: 'deployment',
      pods: [1, 2].map((n) => ({
        ...{ name: `pod-${n}`, node: 'node-1', address: `10.42.0.${n + 1}`, annotations: {}, ports: [] },
        containers: [{ name: 'main', command: [] }],
      })),
    },
  ],
  experiments: [],
};

function clusterOf(hosts: ReadonlyMap<string, Host>, pods: readonly PodStatus[]): Cluster {
  return {
    handle: { backend: 'stand-in', id: 'bridged', facts: {} },
    host(name) {
      const host = hosts.get(name);
      if (host === undefined) throw new Error(`no host ${name}; there are ${[...hosts.keys()].join(', ')}`);
      return host;
    },
    nodes: async () => LAB.nodes.map((node) => ({ ...node, pid: 1 })),
    pods: async () => pods,
    shell: async (_name, argv) => ({ argv, env: {} }),
    cniCalls: async () => [],
  };
}

function inNetns(node: Host, name: string, pid: number): Host {
  const enter = ['nsenter', '-t', `${pid}`, '-n', '--'];
  return {
    ...node,
    name,
    run: (argv, options) => node.run([...enter, ...argv], options),
    start: (argv, options) => node.start([...enter, ...argv], options),
  };
}

async function must(host: Host, script: string, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await host.run(['sh', '-c', script, 'setup', ...args]);
  if (exitCode !== 0) throw new Error(`the stand-in cluster cannot be wired: ${stderr}`);
}
