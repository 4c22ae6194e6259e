import { describe, expect, it } from 'vitest';
import { applyScript, replacedScript } from '../../../../infra/backends/netns/network/apply-script.ts';
import { planNode } from '../../../../infra/backends/netns/network/plan.ts';
import { plannedBridges } from '../../../../infra/backends/netns/network/planned-bridges.ts';
import type { LabNetwork, LabNode } from '../../../../infra/lab/lab.ts';

const nodes: readonly LabNode[] = [
  { name: 'n1', role: 'control-plane', address: '192.168.49.2', podCIDR: '10.42.0.0/24' },
  { name: 'n2', role: 'worker', address: '192.168.49.3', podCIDR: '10.42.1.0/24' },
];
const network = (type: LabNetwork['type'], more: Partial<LabNetwork> = {}): LabNetwork => ({
  type,
  podCIDR: '10.42.0.0/16',
  mtu: 1450,
  vni: 1,
  port: 8472,
  routes: true,
  configs: {},
  ...more,
});
const plan = (type: LabNetwork['type'], more?: Partial<LabNetwork>) =>
  planNode(nodes[0] as LabNode, nodes, network(type, more));

describe('the plan of a node', () => {
  it('routes each peer as Kindnet does, and keeps the source address of pod to pod traffic', () => {
    const { routes, chains } = plan('kindnet');
    expect(routes).toEqual([{ dst: '10.42.1.0/24', via: '192.168.49.3', dev: 'eth0', onlink: false }]);
    expect(chains[0]?.rules).toEqual(['-d 10.42.0.0/16 -j RETURN', '-j MASQUERADE']);
  });

  it('gives both ends of the overlay the same idea of each VTEP', () => {
    const [mine, theirs] = nodes.map((node) => planNode(node, nodes, network('flannel')));
    expect(mine?.neighbours).toEqual([{ dst: '10.42.1.0', mac: theirs?.vxlan?.mac, dev: 'flannel.1' }]);
    expect(mine?.fdb).toEqual([{ mac: theirs?.vxlan?.mac, dev: 'flannel.1', dst: '192.168.49.3' }]);
    expect(mine?.routes).toEqual([{ dst: '10.42.1.0/24', via: '10.42.1.0', dev: 'flannel.1', onlink: true }]);
  });

  it('writes subnet.env as flanneld does', () => {
    expect(plan('flannel').lastFiles[0]?.content).toMatchInlineSnapshot(`
      "FLANNEL_NETWORK=10.42.0.0/16
      FLANNEL_SUBNET=10.42.0.1/24
      FLANNEL_MTU=1450
      FLANNEL_IPMASQ=true
      "
    `);
  });

  it("fills the node's own podCIDR into a lab's own conflist", () => {
    const { files } = plan('conflist', { configs: { '10-own.conflist': '{"subnet":"@POD_CIDR@"}' } });
    expect(files[0]).toEqual({
      path: '/etc/cni/net.d/10-own.conflist',
      content: '{"subnet":"10.42.0.0/24"}',
    });
  });
});

describe('the script for a plan', () => {
  it('sets neighbour, FDB entry and route in the order that spares the overlay any ARP', () => {
    const script = applyScript(plan('flannel'), undefined);
    const order = ['neigh replace', 'fdb replace', 'route replace'].map((words) => script.indexOf(words));
    expect(order.every((at) => at > 0)).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('removes what the old plan had and the new one has not', () => {
    const script = applyScript(plan('kindnet'), plan('flannel', { vni: 7 }));
    expect(script).toContain('ip link del flannel.7');
    expect(script).toContain('rm -f /etc/cni/net.d/10-flannel.conflist /run/flannel/subnet.env');
    expect(script).toContain('-X FLANNEL-FWD');
    expect(script).not.toContain('route del');
  });
});

describe('bridges that plugins make', () => {
  const configs = (...plugins: readonly object[]) => ({
    '10-own.conflist': JSON.stringify({ cniVersion: '1.0.0', name: 'own', plugins }),
  });
  const own = (...plugins: readonly object[]) => plan('conflist', { configs: configs(...plugins) });
  const bridge = (name?: string) => own({ type: 'bridge', ...(name && { bridge: name }) });

  it('are those of the configuration that a runtime picks, and of delegates', () => {
    expect(plannedBridges(bridge('lab0'))).toEqual(['lab0']);
    expect(plannedBridges(bridge())).toEqual(['cni0']);
    expect(plannedBridges(plan('flannel'))).toEqual(['cni0']);
    expect(plannedBridges(own({ type: 'flannel', delegate: { bridge: 'fl0' } }))).toEqual(['fl0']);
    expect(plannedBridges(own({ type: 'flannel', delegate: { type: 'ipvlan' } }))).toEqual([]);
    expect(plannedBridges(plan('kindnet'))).toEqual([]);
    expect(plannedBridges({ files: [] })).toEqual([]);
  });

  // Seen on kind and on netns: both bridges had the gateway's address, and the node answered pods by the one that was down.
  it('go when the network has another in their place, and only then', () => {
    expect(replacedScript(bridge('lab1'), bridge('lab0'))).toBe('ip link del lab0 2> /dev/null || true');
    expect(replacedScript(bridge('lab0'), bridge('lab0'))).toBe('');
    expect(applyScript(plan('kindnet'), plan('flannel'))).toContain('ip link del cni0');
  });
});
