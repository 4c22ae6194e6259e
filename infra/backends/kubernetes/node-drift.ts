// Nodes that are not as they were made: gone, or not ready.
import type { V1Node } from '@kubernetes/client-node';
import type { ClusterSpec, Drift } from '../backend.ts';
import type { KubernetesConnection } from './connection.ts';

export async function nodeDrift(
  connection: KubernetesConnection,
  { nodes }: Pick<ClusterSpec, 'nodes'>,
): Promise<readonly Drift[]> {
  const live = new Map((await connection.kube.nodes()).map((node) => [node.metadata?.name ?? '', node]));
  return nodes.flatMap(({ name }): Drift[] => {
    const what = problemOf(live.get(connection.realNode(name)));
    return what === undefined ? [] : [{ object: name, what }];
  });
}

/** Undefined for a node that is ready. */
function problemOf(node: V1Node | undefined): string | undefined {
  if (node === undefined) return 'the node is gone';
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return undefined;
  return `the node is not ready: ${ready?.message || 'its kubelet says nothing'}`;
}
