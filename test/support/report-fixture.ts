// A lab made up for reports: as many nodes and pods as a test wants, with texts of a stranger where it wants them.
import type { CniCall } from '../../infra/cni/call.ts';
import type { LabResults } from '../../infra/experiments/result.ts';
import type { HostSnapshot, InterfaceRow, LabSnapshot } from '../../infra/observe/snapshot.ts';
import type { ReportSources } from '../../infra/report/model/report-of.ts';

const link = (
  name: string,
  kind: string,
  creator: string,
  more: Partial<InterfaceRow> = {},
): InterfaceRow => ({
  ...{ name, ifindex: 2, peerIfindex: 3, kind, mac: '02:00:00:00:00:01', mtu: 1450, state: 'UP', up: true },
  ...{ details: {}, creator, ...more },
});

const host = (interfaces: readonly InterfaceRow[], more: Partial<HostSnapshot> = {}): HostSnapshot => ({
  ...{ interfaces, addresses: [], routes: [], rules: [], neighbours: [], fdb: [], qdiscs: [], netfilter: [] },
  ...{ sysctls: [], cniConfig: [], leases: [], ...more },
});

const inet = (dev: string, address: string, prefix: number) =>
  ({ ...{ dev, address, prefix }, family: 'inet', scope: 'global' }) as const;

/** @param hostile put wherever a lab, a kernel or a plugin could put a text of its own */
export function madeLab(nodes: number, podsOfEach: number, hostile = ''): LabSnapshot {
  const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  const pods = names.flatMap((node, at) =>
    Array.from({ length: podsOfEach }, (_, index) => ({
      ...{ name: `pod-${at + 1}-${index + 1}${hostile}`, node, address: `10.42.${at}.${index + 2}` },
      ...{ mac: '', hostVeth: `veth${at}x${index}`, netns: 'net:[1]', pid: 7 },
    })),
  );
  const nodeHosts = names.map((node, at) => {
    const veths = pods.filter((pod) => pod.node === node);
    const rows = [
      link('lo', 'loopback', 'kernel'),
      link('eth0', 'veth', 'underlay'),
      link('flannel.1', 'vxlan', 'flannel', { details: { id: 1, dev: 'eth0' } }),
      link('cni0', 'bridge', 'bridge plugin'),
      ...veths.map(({ hostVeth }) => link(hostVeth, 'veth', 'bridge plugin', { master: 'cni0' })),
    ];
    const addresses = [inet('eth0', `192.168.0.${at + 2}`, 24), inet('cni0', `10.42.${at}.1`, 24)];
    const rule = { family: 'ip', table: 'nat', chain: 'POSTROUTING', rule: `-A X -m comment ${hostile}` };
    return [node, host(rows, { addresses, netfilter: [rule] })] as const;
  });
  const podHosts = pods.map(({ name, address }) => {
    return [
      name,
      host([link('eth0', 'veth', 'bridge plugin')], { addresses: [inet('eth0', address, 24)] }),
    ] as const;
  });
  return {
    nodes: names.map((name, at) => ({ name, role: 'worker', address: '', podCIDR: `10.42.${at}.0/24` })),
    pods,
    containers: [],
    veths: pods.map(({ name: pod, node, hostVeth }) => ({
      ...{ pod, node, podIf: 'eth0', podIfindex: 2, podPeerIfindex: 3, nodeIf: hostVeth, nodeIfindex: 3 },
      ...{ nodePeerIfindex: 2, nodeNetnsid: 0, matches: true, master: 'cni0' },
    })),
    attachments: pods.map(({ name: pod, node, address }) => ({
      ...{ pod, node, network: `cbr0${hostile}`, containerId: `id-${pod}`, ifName: 'eth0', address },
      ...{ cached: true, lease: true, inKernel: true },
    })),
    cniCalls: [],
    hosts: Object.fromEntries([...nodeHosts, ...podHosts]),
  };
}

export function madeCall(pod: string, plugin: string, stdin: unknown, stdout: string): CniCall {
  return {
    ...{ command: 'ADD', node: 'node-1', network: 'cbr0', plugin, path: '/bin/x', containerId: `id-${pod}` },
    ...{ ifName: 'eth0', env: { PATH: '/bin', CNI_COMMAND: 'ADD' }, stdin: JSON.stringify(stdin), stdout },
    ...{ stderr: '', exitCode: 0, startedNs: 0n, durationNs: 1_230_000n },
  };
}

export function madeResults(hostile = ''): LabResults {
  return {
    ...{ lab: `lab${hostile}`, stack: 'made', backend: 'netns', verdict: 'fail' },
    experiments: [
      {
        ...{ name: `look${hostile}`, kind: 'inspect', title: `title ${hostile}`, verdict: 'fail' },
        reason: `because ${hostile}`,
        faults: [{ name: 'route-missing', host: 'node-1', row: `10.0.0.0/8 ${hostile}` }],
        checks: [
          {
            ...{ name: `check ${hostile}`, claim: 'F1', verdict: 'fail', expected: { text: hostile } },
            ...{ observed: [hostile, 1], differences: [`not ${hostile}`] },
          },
        ],
        ...{ observed: { text: hostile }, canonical: null, startedAt: '2026-11-28T00:00:00Z' },
        ...{ durationMs: 12, trafficMs: 0, artifacts: [`captures/${hostile}.pcapng`] },
      },
    ],
  };
}

export function madeSources(lab: LabSnapshot, hostile = ''): ReportSources {
  const pod = lab.pods[0]?.name ?? '';
  return {
    ...{ results: madeResults(hostile), title: `A lab ${hostile}`, captures: new Map(), vxlanPorts: [8472] },
    live: {
      snapshot: lab,
      calls: [madeCall(pod, `bridge${hostile}`, { name: hostile }, `{"said": "${hostile}`)],
    },
    ...{ resultsFile: `results${hostile}.json`, writtenAt: '2026-11-28T00:00:00.000Z' },
  };
}
