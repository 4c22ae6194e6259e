// Host ports for real: a rule of portmap's that is gone is found by refresh, and comes back with the pod.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClusterHandle } from '../../../../infra/backends/backend.ts';
import { netnsBackend } from '../../../../infra/backends/netns/netns-backend.ts';
import type { LabNetwork, LabNode, LabPod } from '../../../../infra/lab/lab.ts';

const op = { signal: new AbortController().signal };
const nodes: readonly LabNode[] = [
  { name: 'n1', role: 'worker', address: '192.168.49.2', podCIDR: '10.42.0.0/24' },
];
const network: LabNetwork = {
  ...{ type: 'kindnet', podCIDR: '10.42.0.0/16', mtu: 1500, vni: 1, port: 8472, routes: true, configs: {} },
};
const pod: LabPod = {
  ...{ name: 'web', node: 'n1', address: '10.42.0.2', annotations: {} },
  ports: [
    { containerPort: 80, hostPort: 8080, protocol: 'tcp' },
    { containerPort: 53, hostPort: 53, protocol: 'udp' },
  ],
  containers: [{ name: 'main', command: ['sleep', 'infinity'] }],
};
const before = process.env.CNILAB_STATE_DIR;
let state: string;
let handle: ClusterHandle;

beforeAll(async () => {
  state = mkdtempSync(path.join(tmpdir(), 'cnilab-ports-'));
  process.env.CNILAB_STATE_DIR = state;
  const underlay = { cidr: '192.168.49.0/24', gateway: '192.168.49.1' };
  const spec = { stack: 'ports', lab: 'ports', isolation: 'auto', underlay, nodes } as const;
  handle = await netnsBackend.createCluster(spec, async () => undefined, op);
  await netnsBackend.applyNetwork(handle, nodes, network, op);
  await netnsBackend.applyWorkload(handle, 'web', [pod], op);
});

afterAll(async () => {
  await netnsBackend.deleteCluster(handle, op);
  rmSync(state, { recursive: true });
  process.env.CNILAB_STATE_DIR = before;
});

const iptables = async (...words: readonly string[]) =>
  (
    await netnsBackend
      .connect(handle)
      .host('n1')
      .run(['iptables', '-t', 'nat', ...words])
  ).stdout;
const drift = () => netnsBackend.workloadDrift(handle, 'web', [pod], op);

it('are as they were made', async () => expect(await drift()).toEqual([]));

it('are missed one by one, and made again with the pod', async () => {
  const [rule = ''] = (await iptables('-S'))
    .split('\n')
    .filter((line) => line.includes('-j DNAT') && line.includes('udp'));
  await iptables('-D', ...rule.split(' ').slice(1));
  expect(await drift()).toEqual([{ object: 'web', what: 'no rule of n1 sends udp port 53 to 10.42.0.2:53' }]);
  await netnsBackend.applyWorkload(handle, 'web', [pod], op);
  expect(await drift()).toEqual([]);
  expect(await iptables('-S')).toContain('--to-destination 10.42.0.2:53');
});

it('are missed when somebody flushes the table', async () => {
  await iptables('-F');
  expect((await drift()).map(({ what }) => what)).toEqual([
    'no rule of n1 sends tcp port 8080 to 10.42.0.2:80',
    'no rule of n1 sends udp port 53 to 10.42.0.2:53',
  ]);
});

it('leave no rule behind with the pod', async () => {
  await netnsBackend.applyWorkload(handle, 'web', [pod], op);
  expect(await iptables('-S')).toMatch(/8080/);
  await netnsBackend.deleteWorkload(handle, 'web', op);
  expect(await iptables('-S')).not.toMatch(/8080|10\.42\.0\.2\b|CNI-DN-/);
});
