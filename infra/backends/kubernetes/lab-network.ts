// The lab's network on a Kubernetes cluster: installed where the cluster is ours or we are told to, else taken as it is.
import type { LabNetwork, LabNode } from '../../lab/lab.ts';
import type { Drift, Operation } from '../backend.ts';
import type { KubernetesConnection } from './connection.ts';
import { applyNetwork as install, refuseNetwork } from './network/apply-network.ts';
import { deleteNetwork as uninstall } from './network/delete-network.ts';
import { networkDrift as drift } from './network/network-drift.ts';
import type { NetworkTask } from './network/network-task.ts';
import {
  type BroughtNetwork,
  broughtDrift,
  recordBrought,
  stopRecordingBrought,
} from './network/record-brought.ts';
import { untilReady } from './network/until-ready.ts';
import { nodeDrift } from './node-drift.ts';

export async function applyNetwork(
  connection: KubernetesConnection,
  nodes: readonly LabNode[],
  network: LabNetwork,
  op: Operation,
): Promise<void> {
  const { files } = connection;
  const old = files.network()?.network;
  if (installsNetwork(connection)) {
    const task = taskOf(connection, nodes, network, op);
    await refuseNetwork(task, old);
    files.writeNetwork({ nodes, network });
    await install(task, old);
    return;
  }
  refuseChanges(connection, network);
  // Of a cluster that was just made, the tool's network may still be on its way.
  if (connection.tool.ownsCluster) await untilReady(taskOf(connection, nodes, network, op), { nodes: true });
  const [wrong] = await nodeDrift(connection, { nodes });
  if (wrong) throw new Error(`${wrong.object} (${connection.realNode(wrong.object)}): ${wrong.what}`);
  op.progress?.(`the cluster's own network is taken as it is, whatever the lab says of ${network.type}`);
  files.writeNetwork({ nodes, network });
  const brought = broughtOf(connection, nodes, op);
  if (brought) await recordBrought(brought);
}

export async function networkDrift(
  connection: KubernetesConnection,
  nodes: readonly LabNode[],
  network: LabNetwork,
  op: Operation,
): Promise<readonly Drift[]> {
  if (installsNetwork(connection)) return drift(taskOf(connection, nodes, network, op));
  const brought = broughtOf(connection, nodes, op);
  return brought ? broughtDrift(brought) : [];
}

export async function deleteNetwork(
  connection: KubernetesConnection,
  nodes: readonly LabNode[],
  network: LabNetwork,
  op: Operation,
): Promise<void> {
  const brought = broughtOf(connection, nodes, op);
  if (installsNetwork(connection)) await uninstall(taskOf(connection, nodes, network, op));
  else if (brought) await stopRecordingBrought(brought);
  connection.files.writeNetwork(undefined);
}

/** Whether the lab's network is put on the nodes, and taken off again. */
export function installsNetwork({ tool, settings, files }: KubernetesConnection): boolean {
  const spec = files.spec();
  if (spec && tool.bringsNetwork?.(spec)) return false;
  return tool.ownsCluster || settings.allowClusterChanges === 'true';
}

/** Where a tool has put the network of a cluster that is ours, in a place of which it tells. */
function broughtOf(
  connection: KubernetesConnection,
  nodes: readonly LabNode[],
  op: Operation,
): BroughtNetwork | undefined {
  const { tool, facts } = connection;
  const cni = tool.ownsCluster ? tool.cniPaths?.(facts) : undefined;
  return cni && { host: (node) => connection.nodeItself(node), nodes, cni, op };
}

/** @throws Error when the lab wants files of its own on the nodes of a cluster that is not ours */
function refuseChanges({ tool, facts }: KubernetesConnection, network: LabNetwork): void {
  const files = Object.keys(network.configs);
  if (files.length === 0 || tool.ownsCluster) return;
  throw new Error(
    [
      `this lab would write ${files.join(', ')} into /etc/cni/net.d of every node of ${facts.cluster}, which is not a cluster of cnilab's`,
      'if that may be: up with --set allowClusterChanges=true',
    ].join('\n'),
  );
}

function taskOf(
  connection: KubernetesConnection,
  nodes: readonly LabNode[],
  network: LabNetwork,
  op: Operation,
): NetworkTask {
  const { kube, files, settings, tool } = connection;
  const host = (node: string) => connection.node(node);
  const nodeItself = (node: string) => connection.nodeItself(node);
  const exclusive = tool.ownsCluster;
  return { kube, host, nodeItself, nodes, realNames: files.nodeNames(), network, settings, exclusive, op };
}
