// Nodes that stand on without us, by themselves or in a cluster that was there before us: what a lab has installed on them goes.
import type { Operation } from '../backend.ts';
import type { AppliedNetwork } from './cluster-files.ts';
import type { KubernetesConnection } from './connection.ts';
import { endNamespace } from './end-namespace.ts';
import { deleteNetwork, installsNetwork } from './lab-network.ts';

/** @throws KubeError or HostError, but for a cluster of ours, which goes also when it is broken */
export async function giveBack(connection: KubernetesConnection, op: Operation): Promise<void> {
  const { tool, files } = connection;
  const goesWithCluster = tool.ownsCluster && !tool.nodesStay;
  const applied = files.network();
  if (goesWithCluster || applied === undefined || files.kubeconfigText() === undefined) return;
  try {
    await takeNetworkOff(connection, applied, op);
  } catch (error) {
    if (!tool.ownsCluster) throw error;
    op.progress?.(`of the lab’s network, something may be left on the nodes: ${(error as Error).message}`);
  }
}

/**
 * The network goes after the lab's pods: a runtime that has no network any more calls no plugin with DEL, and leaves their
 * veths, leases and host ports behind.
 */
async function takeNetworkOff(
  connection: KubernetesConnection,
  applied: AppliedNetwork,
  op: Operation,
): Promise<void> {
  const { tool, kube, namespace } = connection;
  const installed = installsNetwork(connection);
  if (installed) {
    op.progress?.('waiting until its pods are gone');
    await endNamespace(kube, namespace, op);
  }
  // Nodes of others whose network was taken as it is are not even entered.
  if (installed || tool.ownsCluster) await connection.open(op);
  await deleteNetwork(connection, applied.nodes, applied.network, op);
}
