// The lab's nodes as Kubernetes has them: which addresses and ranges for pods they really got.
import type { LabNode } from '../../../lab/lab.ts';
import type { Operation } from '../../backend.ts';
import type { KubeObject } from '../kube-object.ts';
import { type NetworkTask, realName } from './network-task.ts';

export interface StandingNode {
  readonly node: LabNode;
  readonly real: string;
  readonly object: KubeObject;
}

interface NodeShape {
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

/** @throws Error when a node is not there, or has no range for its pods */
export async function standingNodes(
  task: NetworkTask,
  op: Pick<Operation, 'signal'> = task.op,
): Promise<readonly StandingNode[]> {
  const objects = await task.kube.list({ apiVersion: 'v1', kind: 'Node' }, op);
  return task.nodes.map((node) => {
    const real = realName(task, node.name);
    const object = objects.find(({ metadata }) => metadata.name === real);
    if (!object)
      throw new Error(`Kubernetes has no node ${real} (${node.name} of the lab); make the lab anew`);
    return { node: standing(node, object), real, object };
  });
}

function standing(node: LabNode, object: KubeObject): LabNode {
  const { spec, status } = object as NodeShape;
  const internal = (status?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP')
    .map(({ address }) => address);
  const ranges = spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []);
  const podCIDR = ranges.find((range) => !range.includes(':'));
  if (podCIDR === undefined) {
    throw new Error(
      `Kubernetes has given node ${object.metadata.name} no range for pods (spec.podCIDR); the cluster must be made with --allocate-node-cidrs and the lab's podCIDR`,
    );
  }
  const podCIDR6 = ranges.find((range) => range.includes(':'));
  const address6 = internal.find((address) => address.includes(':'));
  return {
    name: node.name,
    role: node.role,
    address: internal.find((address) => !address.includes(':')) ?? node.address,
    podCIDR,
    ...(podCIDR6 !== undefined && { podCIDR6 }),
    ...(address6 !== undefined && { address6 }),
  };
}
