// Flannel with its VXLAN backend: one flannel.<VNI> a node, and for each peer a neighbour, an FDB entry and a route,
// in that order, so that the kernel never has to ARP over the overlay. (flannel, pkg/backend/vxlan)
import { createHash } from 'node:crypto';
import type { LabNetwork, LabNode } from '../../../lab/lab.ts';
import { type ChainPlan, configFile, configFiles, type NodePlan } from './node-plan.ts';

export interface FlannelChoices {
  /** @default vtepMac */
  readonly macOf?: (node: LabNode) => string;
  /** @default CNI_VERSION */
  readonly cniVersion?: string;
}

/** The version that the flannel plugin of every release understands and that already has CHECK. */
export const CNI_VERSION = '0.4.0';

/** What flanneld makes of `node`. */
export function flannelPlan(
  node: LabNode,
  nodes: readonly LabNode[],
  network: LabNetwork,
  { macOf = vtepMac, cniVersion = CNI_VERSION }: FlannelChoices = {},
): NodePlan {
  const dev = `flannel.${network.vni}`;
  const peers = nodes.filter((peer) => peer.name !== node.name);
  return {
    files: [...configFiles(network.configs), configFile('10-flannel.conflist', flannelConflist(cniVersion))],
    vxlan: {
      dev,
      vni: network.vni,
      port: network.port,
      local: node.address,
      mac: macOf(node),
      mtu: network.mtu,
      address: `${networkAddress(node.podCIDR)}/32`,
    },
    neighbours: peers.map((peer) => ({ dst: networkAddress(peer.podCIDR), mac: macOf(peer), dev })),
    fdb: peers.map((peer) => ({ mac: macOf(peer), dev, dst: peer.address })),
    routes: peers.map((peer) => ({
      dst: peer.podCIDR,
      via: networkAddress(peer.podCIDR),
      dev,
      onlink: true,
    })),
    chains: [postroutingChain(node, network), forwardChain(network)],
    lastFiles: [{ path: '/run/flannel/subnet.env', content: subnetEnv(node, network) }],
  };
}

/** kube-flannel's conflist, with `bandwidth` chained and forceAddress set as K3s does. */
function flannelConflist(cniVersion: string) {
  return {
    cniVersion,
    name: 'cbr0',
    plugins: [
      { type: 'flannel', delegate: { hairpinMode: true, forceAddress: true, isDefaultGateway: true } },
      { type: 'portmap', capabilities: { portMappings: true } },
      { type: 'bandwidth', capabilities: { bandwidth: true } },
    ],
  };
}

function subnetEnv(node: LabNode, network: LabNetwork): string {
  const prefix = node.podCIDR.split('/')[1];
  return [
    `FLANNEL_NETWORK=${network.podCIDR}`,
    `FLANNEL_SUBNET=${firstAddress(node.podCIDR)}/${prefix}`,
    `FLANNEL_MTU=${network.mtu}`,
    'FLANNEL_IPMASQ=true',
    '',
  ].join('\n');
}

function postroutingChain({ podCIDR }: LabNode, { podCIDR: net }: LabNetwork): ChainPlan {
  return {
    table: 'nat',
    chain: 'FLANNEL-POSTRTG',
    from: 'POSTROUTING',
    jumpMatch: '',
    rules: [
      '-m mark --mark 0x4000/0x4000 -j RETURN',
      `-s ${podCIDR} -d ${net} -j RETURN`,
      `-s ${net} -d ${podCIDR} -j RETURN`,
      `! -s ${net} -d ${podCIDR} -j RETURN`,
      `-s ${net} ! -d 224.0.0.0/4 -j MASQUERADE --random-fully`,
      `! -s ${net} -d ${net} -j MASQUERADE --random-fully`,
    ],
  };
}

function forwardChain({ podCIDR }: LabNetwork): ChainPlan {
  return {
    table: 'filter',
    chain: 'FLANNEL-FWD',
    from: 'FORWARD',
    jumpMatch: '',
    rules: [`-s ${podCIDR} -j ACCEPT`, `-d ${podCIDR} -j ACCEPT`],
  };
}

/**
 * A VTEP's MAC. flanneld takes the kernel's random one and publishes it on the node object; here it follows from the
 * node's name, so that both ends know it without asking, and a rebuilt lab has the same.
 */
export function vtepMac(node: LabNode): string {
  const bytes = createHash('sha256').update(`vtep ${node.name}`).digest().subarray(0, 6);
  // Locally administered, unicast (IEEE 802, first octet's two low bits).
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function networkAddress(cidr: string): string {
  return cidr.split('/')[0] ?? '';
}

function firstAddress(cidr: string): string {
  const octets = networkAddress(cidr).split('.').map(Number);
  octets[3] = (octets[3] ?? 0) + 1;
  return octets.join('.');
}
