import { describe, expect, it } from 'vitest';
import type { HostSnapshot, InterfaceRow, LabSnapshot } from '../../../../infra/observe/snapshot.ts';
import { mermaidTopology } from '../../../../infra/report/topology/mermaid.ts';
import { topologyOf } from '../../../../infra/report/topology/topology.ts';

const row = (
  name: string,
  kind: string,
  creator: string,
  more: Partial<InterfaceRow> = {},
): InterfaceRow => ({
  ...{
    name,
    ifindex: 1,
    peerIfindex: 0,
    kind,
    mac: '',
    mtu: 1500,
    state: 'UP',
    up: true,
    details: {},
    creator,
  },
  ...more,
});
const host = (
  interfaces: readonly InterfaceRow[],
  addresses: HostSnapshot['addresses'] = [],
): HostSnapshot => ({
  ...{ interfaces, addresses, routes: [], rules: [], neighbours: [], fdb: [], qdiscs: [], netfilter: [] },
  ...{ sysctls: [], cniConfig: [], leases: [] },
});
const inet = (dev: string, address: string, prefix: number) => ({
  dev,
  family: 'inet' as const,
  address,
  prefix,
  scope: 'global',
});
const node = (name: string) => ({ name, role: 'worker', address: '', podCIDR: '' });

const lab: LabSnapshot = {
  nodes: [node('k3s-server'), node('k3s-agent')],
  pods: [
    {
      name: 'pod-1',
      node: 'k3s-server',
      address: '10.42.0.2',
      mac: '',
      hostVeth: 'veth1',
      netns: '',
      pid: 1,
    },
  ],
  containers: [],
  veths: [
    {
      ...{
        pod: 'pod-1',
        node: 'k3s-server',
        podIf: 'eth0',
        podIfindex: 2,
        podPeerIfindex: 5,
        nodeIf: 'veth1',
      },
      ...{ nodeIfindex: 5, nodePeerIfindex: 2, nodeNetnsid: 0, matches: true },
    },
  ],
  attachments: [],
  cniCalls: [],
  hosts: {
    'k3s-server': host(
      [
        row('lo', 'loopback', 'loopback plugin'),
        row('eth0', 'veth', 'underlay'),
        row('flannel.1', 'vxlan', 'flannel', { details: { id: 1, dev: 'eth0' } }),
        row('cni0', 'bridge', 'bridge plugin'),
        row('veth1', 'veth', 'bridge plugin', { master: 'cni0' }),
      ],
      [inet('cni0', '10.42.0.1', 24), inet('eth0', '192.168.49.2', 24), inet('flannel.1', '10.42.0.0', 32)],
    ),
    'k3s-agent': host([row('eth0', 'veth', 'underlay')]),
  },
};

describe('the topology as Mermaid', () => {
  it('joins pods, veth pairs, bridge, VTEP and uplinks as the kernel does; the uplink is no port of cni0', () => {
    expect(mermaidTopology(topologyOf(lab))).toMatchInlineSnapshot(`
      "graph TB
        subgraph k3s_server["node k3s-server"]
          k3s_server__eth0["eth0 192.168.49.2/24"]
          k3s_server__flannel_1(["flannel.1 10.42.0.0/32"])
          k3s_server__cni0{{"cni0 10.42.0.1/24"}}
          k3s_server__veth1["veth1"]
          k3s_server__cni0 --- k3s_server__veth1
          k3s_server__flannel_1 -. "VNI 1 in UDP" .- k3s_server__eth0
        end
        subgraph k3s_agent["node k3s-agent"]
          k3s_agent__eth0["eth0"]
        end
        subgraph pod_1["pod pod-1"]
          pod_1__eth0["eth0 10.42.0.2"]
        end
        k3s_server__veth1 === pod_1__eth0
        underlay{{underlay}}
        underlay --- k3s_server__eth0
        underlay --- k3s_agent__eth0
      "
    `);
  });
});
