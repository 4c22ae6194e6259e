// The lab's nodes as Kubernetes has them, which a network needs a range of each for.
import type { LabNode } from '../../../lab/lab.ts';
import type { KubeObject } from '../kube-object.ts';
import { type NodeShape, nodeAsItStands } from '../node-as-it-stands.ts';
import { type NetworkTask, realName } from './network-task.ts';

export interface StandingNode {
  readonly node: LabNode;
  readonly object: KubeObject;
}

/** @throws Error when a node is not there, or has no range for its pods */
export async function standingNodes(task: NetworkTask): Promise<readonly StandingNode[]> {
  const objects = await task.kube.list({ apiVersion: 'v1', kind: 'Node' });
  return task.nodes.map((planned) => {
    const real = realName(task, planned.name);
    const object = objects.find(({ metadata }) => metadata.name === real);
    if (!object)
      throw new Error(`Kubernetes has no node ${real} (${planned.name} of the lab); make the lab anew`);
    const { podCIDR, ...node } = nodeAsItStands(planned, object as NodeShape);
    if (podCIDR === undefined)
      throw new Error(
        `Kubernetes has given node ${real} no range for pods (spec.podCIDR); the cluster must be made with --allocate-node-cidrs and the lab's podCIDR`,
      );
    return { node: { ...node, podCIDR }, object };
  });
}
