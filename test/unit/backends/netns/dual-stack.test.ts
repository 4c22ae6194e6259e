// Pods with two addresses, for real: both families reach across nodes at once, nothing waits for address detection,
// and what somebody breaks in IPv6 is noticed and mended as it is in IPv4.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterHandle, PodStatus } from '../../../../infra/backends/backend.ts';
import { netnsBackend } from '../../../../infra/backends/netns/netns-backend.ts';
import type { LabNetwork, LabNode, LabPod } from '../../../../infra/lab/lab.ts';

const op = { signal: new AbortController().signal };
const node = (n: number): LabNode => ({
  name: `n${n}`,
  role: 'worker',
  address: `192.168.49.${n + 1}`,
  podCIDR: `10.42.${n}.0/24`,
  address6: `fd00:49::${n + 1}`,
  podCIDR6: `fd00:42:0:${n}::/64`,
});
const nodes = [node(1), node(2)];
const pod = (name: string, n: number, last: number): LabPod => ({
  name,
  node: `n${n}`,
  address: `10.42.${n}.${last}`,
  address6: `fd00:42:0:${n}::${last}`,
  annotations: {},
  ports: [],
  containers: [{ name: 'main', command: ['sleep', 'infinity'] }],
});
// Not in order, so that what host-local hands out by itself would be something else.
const wanted = [pod('web-1', 1, 7), pod('web-2', 1, 3), pod('web-3', 2, 5)];

const conflist = {
  '10-own.conflist': JSON.stringify({
    cniVersion: '0.4.0',
    name: 'own',
    plugins: [
      {
        type: 'bridge',
        bridge: 'br0',
        isDefaultGateway: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: '@POD_CIDR@' }], [{ subnet: '@POD_CIDR6@' }]],
        },
      },
    ],
  }),
};

describe.each(['kindnet', 'conflist'] as const)('dual-stack pods on %s', (type) => {
  const network: LabNetwork = {
    type,
    podCIDR: '10.42.0.0/16',
    podCIDR6: 'fd00:42::/56',
    mtu: 1500,
    vni: 1,
    port: 8472,
    routes: true,
    configs: type === 'conflist' ? conflist : {},
  };
  const before = process.env.CNILAB_STATE_DIR;
  let state: string;
  let handle: ClusterHandle;
  let pods: readonly PodStatus[];
  let firstPing: string;

  beforeAll(async () => {
    state = mkdtempSync(path.join(tmpdir(), 'cnilab-dual-'));
    process.env.CNILAB_STATE_DIR = state;
    const underlay = {
      ...{ cidr: '192.168.49.0/24', gateway: '192.168.49.1' },
      ...{ cidr6: 'fd00:49::/64', gateway6: 'fd00:49::1' },
    };
    const spec = { stack: `dual-${type}`, lab: 'dual', isolation: 'auto', underlay, nodes } as const;
    handle = await netnsBackend.createCluster(spec, async () => undefined, op);
    await netnsBackend.applyNetwork(handle, nodes, network, op);
    pods = await netnsBackend.applyWorkload(handle, 'web', wanted, op);
    firstPing = await on('web-1', 'ping -c1 -W2 fd00:42:0:2::5');
  }, 60_000);

  afterAll(async () => {
    await netnsBackend.deleteCluster(handle, op);
    rmSync(state, { recursive: true });
    process.env.CNILAB_STATE_DIR = before;
  });

  const on = async (host: string, command: string) => {
    const result = await netnsBackend.connect(handle).host(host).run(['sh', '-c', command]);
    if (result.exitCode !== 0) throw new Error(`${command}: ${result.stderr}${result.stdout}`);
    return result.stdout;
  };
  const drift = () => netnsBackend.workloadDrift(handle, 'web', wanted, op);
  const networkDrift = () => netnsBackend.networkDrift(handle, nodes, network, op);

  it('have both addresses they were to have', async () => {
    expect(pods.map(({ name, address, address6 }) => [name, address, address6])).toEqual(
      wanted.map((one) => [one.name, one.address, one.address6]),
    );
    const addresses = await on('web-1', 'ip -6 -br addr show dev eth0');
    expect(addresses).toContain('fd00:42:0:1::7/64');
    expect(addresses).not.toContain('tentative');
  });

  it('are answered at the first request, over either family, by two routers less in the hop limit', async () => {
    expect(firstPing).toContain('1 received');
    expect(firstPing).toContain(' ttl=62 ');
    expect(await on('web-1', 'ping -c1 -W2 10.42.2.5')).toContain(' ttl=62 ');
    expect(await on('n1', 'ping -c1 -W2 fd00:49::3')).toContain('1 received');
  });

  it('solicit no router and take no advertisement', async () => {
    for (const host of ['web-1', 'n1']) {
      const conf = '/proc/sys/net/ipv6/conf/eth0';
      const words = await on(host, `cat ${conf}/accept_ra ${conf}/router_solicitations ${conf}/accept_dad`);
      expect(words).toBe('0\n0\n0\n');
    }
  });

  it.each([
    ['a deleted route', 'ip -6 route del default', 'route eth0 ::/0 via fd00:42:0:1::1 is missing'],
    ['a deleted address', 'ip addr del fd00:42:0:1::7/64 dev eth0', 'address fd00:42:0:1::7 is missing'],
    ['an added address', 'ip addr add fd00:9::9/128 dev lo', 'address fd00:9::9 was added'],
  ])('are made anew after %s', async (_, command, said) => {
    expect(await drift()).toEqual([]);
    await on('web-1', command);
    expect((await drift()).map(({ what }) => what)).toContain(said);
    pods = await netnsBackend.applyWorkload(handle, 'web', wanted, op);
    expect(await drift()).toEqual([]);
    expect(pods[0]).toMatchObject({ address: '10.42.1.7', address6: 'fd00:42:0:1::7' });
  });

  it('are reached again when their node’s route is mended', async () => {
    expect(await networkDrift()).toEqual([]);
    await on('n1', 'ip -6 route del fd00:42:0:2::/64');
    expect(await networkDrift()).toEqual([
      { object: 'n1', what: 'route fd00:42:0:2::/64 via fd00:49::3 dev eth0 is missing' },
    ]);
    await netnsBackend.applyNetwork(handle, nodes, network, op);
    expect(await networkDrift()).toEqual([]);
    expect(await on('web-1', 'ping -c1 -W2 fd00:42:0:2::5')).toContain('1 received');
  });

  it.runIf(type === 'kindnet')(
    'are masqueraded on their way out only, and the chain is looked after',
    async () => {
      // The gateway knows no way to a pod: it answers because it is asked by a node.
      expect(await on('web-1', 'ping -c1 -W2 fd00:49::1')).toContain('1 received');
      const rules = await on('n1', 'ip6tables-save -t nat');
      expect(rules).toContain(
        '-A KIND-MASQ-AGENT -d fd00:42::/56 -j RETURN\n-A KIND-MASQ-AGENT -j MASQUERADE',
      );
      await on('n1', 'ip6tables -t nat -F KIND-MASQ-AGENT');
      expect((await networkDrift()).map(({ what }) => what)).toContain(
        'nat rule -A KIND-MASQ-AGENT -j MASQUERADE is missing',
      );
      await netnsBackend.applyNetwork(handle, nodes, network, op);
      expect(await networkDrift()).toEqual([]);
    },
  );

  it('leave no lease, route or neighbour of either family when they go', async () => {
    await netnsBackend.deleteWorkload(handle, 'web', op);
    const left = await on(
      'n1',
      'ip -br link; ls -R /run/cni-ipam-state /var/lib/cni 2>/dev/null; ip -6 route; ip route; ip neigh',
    );
    expect(left).not.toMatch(/veth|^fd00:42:0:1::[2-9]|^10\.42\.1\.[2-9]/m);
    await netnsBackend.deleteNetwork(handle, nodes, network, op);
    expect(await on('n1', 'ip6tables-save; ip -6 route')).not.toMatch(/KIND-MASQ|fd00:42:0:2/);
  });
});
