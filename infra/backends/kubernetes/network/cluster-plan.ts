// What each node's networking is to look like on a real cluster: the plan that the netns backend carries out, with what the
// daemons decide for themselves. It serves drift, and what is written and removed by us.
import type { LabNode } from '../../../lab/lab.ts';
import { conflistPlan } from '../../netns/network/conflist.ts';
import { flannelPlan, vtepMac } from '../../netns/network/flannel.ts';
import { kindnetPlan } from '../../netns/network/kindnet.ts';
import type { NodePlan } from '../../netns/network/node-plan.ts';
import type { KubeObject } from '../kube-object.ts';
import { type NetworkTask, settingOf } from './network-task.ts';
import type { StandingNode } from './standing-nodes.ts';

/** flanneld publishes its lease there (pkg/subnet/kube). */
const LEASE = 'flannel.alpha.coreos.com/backend-data';

/** One plan for each node, in their order. Chains are left out: the daemons put theirs back every few seconds. */
export function clusterPlans(
  task: Pick<NetworkTask, 'network' | 'settings'>,
  standing: readonly StandingNode[],
): readonly NodePlan[] {
  const { network } = task;
  const nodes = standing.map(({ node }) => node);
  const macs = new Map(standing.map(({ node, object }) => [node.name, publishedMac(object)]));
  const planners = {
    kindnet: (node: LabNode) => kindnetPlan(node, nodes, network),
    conflist: (node: LabNode) => conflistPlan(node, nodes, network),
    flannel: (node: LabNode) =>
      flannelPlan(node, nodes, network, {
        macOf: (one) => macs.get(one.name) ?? vtepMac(one),
        cniVersion: settingOf(task, 'flannelCniVersion'),
      }),
  };
  return nodes.map((node) => ({ ...planners[network.type](node), chains: [] }));
}

/** MAC of the node's VTEP, as its flanneld says it on the Node; undefined before it has. */
export function publishedMac({ metadata }: KubeObject): string | undefined {
  try {
    const { VtepMAC } = JSON.parse(metadata.annotations?.[LEASE] ?? '{}') as { readonly VtepMAC?: string };
    return VtepMAC;
  } catch {
    return undefined;
  }
}
