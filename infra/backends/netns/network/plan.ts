// Network type → the plan for each node.
import type { LabNetwork, LabNode } from '../../../lab/lab.ts';
import { conflistPlan } from './conflist.ts';
import { flannelPlan } from './flannel.ts';
import { kindnetPlan } from './kindnet.ts';
import type { NodePlan } from './node-plan.ts';

const planners = { kindnet: kindnetPlan, flannel: flannelPlan, conflist: conflistPlan } as const;

export function planNode(node: LabNode, nodes: readonly LabNode[], network: LabNetwork): NodePlan {
  return planners[network.type](node, nodes, network);
}
