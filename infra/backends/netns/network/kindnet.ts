// Kindnet: ptp + host-local + portmap on each node, and a route to every other node's pods. (kindnetd, images/kindnetd)
import type { LabNetwork, LabNode } from '../../../lab/lab.ts';
import { type ChainPlan, configFile, configFiles, type NodePlan, type RoutePlan } from './node-plan.ts';

/** What kindnetd makes of `node`: its conflist, `podCIDR via nodeIP` for each peer, the masquerade chain. */
export function kindnetPlan(node: LabNode, nodes: readonly LabNode[], network: LabNetwork): NodePlan {
  return {
    files: [
      ...configFiles(network.configs),
      configFile('10-kindnet.conflist', kindnetConflist(node, network)),
    ],
    neighbours: [],
    fdb: [],
    routes: peerRoutes(node, nodes),
    chains: masqueradeChains(network),
    lastFiles: [],
  };
}

/** Routes to the other nodes' pods over the underlay. */
export function peerRoutes(node: LabNode, nodes: readonly LabNode[]): readonly RoutePlan[] {
  return nodes
    .filter((peer) => peer.name !== node.name)
    .flatMap(({ podCIDR, address, podCIDR6, address6 }) => [
      { dst: podCIDR, via: address, dev: 'eth0', onlink: false },
      ...(podCIDR6 && address6 ? [{ dst: podCIDR6, via: address6, dev: 'eth0', onlink: false }] : []),
    ]);
}

function kindnetConflist(node: LabNode, network: LabNetwork) {
  return {
    cniVersion: '0.3.1',
    name: 'kindnet',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: {
          type: 'host-local',
          dataDir: '/run/cni-ipam-state',
          routes: [{ dst: '0.0.0.0/0' }, ...(node.podCIDR6 ? [{ dst: '::/0' }] : [])],
          ranges: [node.podCIDR, node.podCIDR6].flatMap((subnet) => (subnet ? [[{ subnet }]] : [])),
        },
        mtu: network.mtu,
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

/** Pod traffic that leaves the cluster takes the node's address; pod to pod keeps its own. */
function masqueradeChains({ podCIDR, podCIDR6 }: LabNetwork): readonly ChainPlan[] {
  const chain = (own: string) => ({
    table: 'nat' as const,
    chain: 'KIND-MASQ-AGENT',
    from: 'POSTROUTING' as const,
    jumpMatch: '-m addrtype ! --dst-type LOCAL',
    rules: [`-d ${own} -j RETURN`, '-j MASQUERADE'],
  });
  return [chain(podCIDR), ...(podCIDR6 ? [{ ...chain(podCIDR6), family: 'ip6' as const }] : [])];
}
