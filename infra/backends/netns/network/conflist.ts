// The lab's own conflist: its files as they are, and, if asked for, a route to every other node's pods.
import type { LabNetwork, LabNode } from '../../../lab/lab.ts';
import { peerRoutes } from './kindnet.ts';
import { configFiles, type NodePlan } from './node-plan.ts';

/** `@POD_CIDR@` and `@POD_CIDR6@` in a file stand for the node's own shares, as installers' templates do it. */
export function conflistPlan(node: LabNode, nodes: readonly LabNode[], network: LabNetwork): NodePlan {
  const files = configFiles(network.configs).map((file) => ({
    ...file,
    content: file.content
      .replaceAll('@POD_CIDR@', node.podCIDR)
      .replaceAll('@POD_CIDR6@', node.podCIDR6 ?? '@POD_CIDR6@'),
  }));
  const routes = network.routes ? peerRoutes(node, nodes) : [];
  return { files, neighbours: [], fdb: [], routes, chains: [], lastFiles: [] };
}
