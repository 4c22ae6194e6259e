// A backend over any tool that makes Kubernetes clusters: everything that does not depend on which one.
import { randomBytes } from 'node:crypto';
import type { Backend, ClusterHandle, Drift, Operation } from '../backend.ts';
import { outsideProblem } from '../lab-problem.ts';
import type { ClusterTool } from './cluster-tool.ts';
import { settingsFor } from './common-settings.ts';
import { KubernetesConnection } from './connection.ts';
import { giveBack } from './give-back.ts';
import { KubeError } from './kube-error.ts';
import { KubernetesCluster } from './kubernetes-cluster.ts';
import { applyNetwork, deleteNetwork, networkDrift } from './lab-network.ts';
import { nodeDrift } from './node-drift.ts';
import { objectName } from './object-names.ts';
import { restSystemPods } from './system-pods.ts';
import { applyWorkload, deadPods, deleteWorkload, workloadDrift } from './workload.ts';

/** @returns the backend of that tool; connections are kept for as long as this process works on a cluster */
export function kubernetesBackend(tool: ClusterTool): Backend {
  const connections = new Map<string, KubernetesConnection>();
  const connect = (handle: ClusterHandle): KubernetesConnection => {
    let connection = connections.get(handle.id);
    if (connection === undefined) {
      connection = new KubernetesConnection(handle, tool);
      connections.set(handle.id, connection);
    }
    return connection;
  };
  const open = async (handle: ClusterHandle, op: Operation): Promise<KubernetesConnection> => {
    const connection = connect(handle);
    await connection.open(op);
    return connection;
  };
  const disconnect = async (handle: ClusterHandle) => {
    await connections.get(handle.id)?.close();
    connections.delete(handle.id);
  };

  return {
    name: tool.name,
    settings: settingsFor(tool),

    probe: (_isolation, settings = {}) => tool.probe(settings),

    async createCluster(spec, record, op) {
      if (spec.outside) throw new Error(outsideProblem(tool.name));
      const id = `${spec.stack}-${randomBytes(4).toString('hex')}`;
      // Of this very cluster of ours: in one that others use, too, nobody else's is called so.
      const facts = { ...tool.plan(spec, id), namespace: objectName(['cnilab', id]) };
      const early: ClusterHandle = { backend: tool.name, id, facts };
      const connection = connect(early);
      connection.files.writeSpec(spec);
      try {
        await record(early);
      } catch (error) {
        connection.files.remove();
        throw error;
      }
      connection.files.writeNodeNames(await tool.create(spec, facts, connection.files.kubeconfig, op));
      const uid = await connection.kube.uid();
      if (tool.ownsCluster) await restSystemPods(connection, op);
      const handle: ClusterHandle = { ...early, facts: { ...facts, uid } };
      // Its UID is known only now.
      await record(handle);
      return handle;
    },

    async updateCluster(handle, _old, spec, op) {
      const connection = connect(handle);
      const known = new Set(connection.files.nodeNames().map(({ lab }) => lab));
      const fresh = spec.nodes.some(({ name }) => !known.has(name));
      if (fresh) {
        if (!tool.addNodes)
          throw new Error(
            `${tool.name} adds no node to a cluster that stands: take the lab down and bring it up again`,
          );
        const { kubeconfig } = connection.files;
        connection.files.writeNodeNames(await tool.addNodes(spec, connection.facts, kubeconfig, op));
      }
      connection.files.writeSpec(spec);
    },

    isAlive: (handle) => isAlive(connect(handle)),

    async deleteCluster(handle, op) {
      const connection = connect(handle);
      await giveBack(connection, op);
      await connection.close();
      await tool.delete(connection.facts, op, connection.files.kubeconfig);
      connection.files.remove();
      connections.delete(handle.id);
    },

    clusterDrift: async (handle, spec) => nodeDrift(connect(handle), spec),

    applyNetwork: async (handle, nodes, network, op) =>
      applyNetwork(await open(handle, op), nodes, network, op),
    networkDrift: async (handle, nodes, network, op) =>
      networkDrift(await open(handle, op), nodes, network, op),
    deleteNetwork: async (handle, nodes, network, op) =>
      deleteNetwork(await open(handle, op), nodes, network, op),

    applyWorkload: async (handle, workload, pods, op) =>
      applyWorkload(await open(handle, op), workload, pods, op),
    workloadDrift: async (handle, workload, pods, op): Promise<readonly Drift[]> =>
      workloadDrift(await open(handle, op), workload, pods, op),
    deadPods: (handle, pods) => deadPods(connect(handle), pods),
    deleteWorkload: async (handle, workload, op) => deleteWorkload(connect(handle), workload, op),

    kubeconfig(handle) {
      const { files } = connect(handle);
      const text = files.kubeconfigText();
      // Without one the vendor's provider would work on whatever cluster the user's own names.
      if (text === undefined)
        throw new Error(`the kubeconfig of this lab's cluster is gone (${files.kubeconfig})`);
      return text;
    },

    connect: (handle) => new KubernetesCluster(handle, connect(handle)),
    disconnect,
  };
}

/**
 * Whether this very cluster answers: one question to its API, since namespace kube-system of another cluster under the same name
 * has another UID. Only when nothing answers is the tool asked.
 */
async function isAlive(connection: KubernetesConnection): Promise<boolean> {
  const { facts, tool } = connection;
  if (facts.uid === undefined || connection.files.kubeconfigText() === undefined) return false;
  try {
    return (await connection.kube.uid()) === facts.uid;
  } catch (error) {
    if (!(error instanceof KubeError) || error.status !== undefined) throw error;
    const state = await tool.state(facts, { signal: new AbortController().signal });
    if (state === 'running') throw error;
    return false;
  }
}
