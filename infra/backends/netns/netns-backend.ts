// The embedded backend: a cluster is a sandbox of namespaces, a node a network and mount namespace in it.
import { randomBytes } from 'node:crypto';
import { pickNetwork } from '../../cni/config-dir.ts';
import type { LabNetwork, LabNode } from '../../lab/lab.ts';
import { machines } from '../../lab/machines.ts';
import { observeHost } from '../../observe/observe-host.ts';
import { findTool } from '../../util/tools.ts';
import type { Backend, ClusterHandle, ClusterSpec, Drift } from '../backend.ts';
import { HostError } from '../host-error.ts';
import { Connection } from './connection.ts';
import { chooseIsolation, readIsolationFacts } from './isolation.ts';
import { LabFiles } from './lab-files.ts';
import { NEEDED_TOOLS } from './needed-tools.ts';
import { NetnsCluster } from './netns-cluster.ts';
import { applyScript } from './network/apply-script.ts';
import { planDrift } from './network/drift.ts';
import { planNode } from './network/plan.ts';
import { endNodesScript, nodesScript, underlayScript } from './node-scripts.ts';
import { handOverGatewayScript, outsideScript } from './outside-script.ts';
import { endSandbox, startSandbox } from './sandbox.ts';
import { isHolderAlive, nodePid, type SandboxFacts, sandboxFacts } from './sandbox-facts.ts';
import { applyWorkload, deadProcess, deleteWorkload, workloadDrift } from './workload.ts';

const connections = new Map<string, Connection>();

function connect(handle: ClusterHandle): Connection {
  let connection = connections.get(handle.id);
  if (connection === undefined) {
    connection = new Connection(handle);
    connections.set(handle.id, connection);
  }
  return connection;
}

function handleOf(id: string, facts: SandboxFacts): ClusterHandle {
  return { backend: 'netns', id, facts: { ...facts } };
}

async function probe(isolation: ClusterSpec['isolation']) {
  const missing = NEEDED_TOOLS.filter((tool) => findTool(tool) === undefined);
  if (missing.length > 0) {
    return {
      reason: `these tools are missing: ${missing.join(', ')}`,
      fix: 'npm run doctor says how to install them here',
    };
  }
  const choice = chooseIsolation(isolation, readIsolationFacts());
  return typeof choice === 'string' ? undefined : choice;
}

export const netnsBackend: Backend = {
  name: 'netns',
  probe,

  async createCluster(spec, record, { signal }) {
    const refusal = await probe(spec.isolation);
    if (refusal) throw new Error(`the netns backend cannot be used here: ${refusal.reason}\n${refusal.fix}`);
    const isolation = chooseIsolation(spec.isolation, readIsolationFacts());
    if (typeof isolation !== 'string') throw new Error(isolation.reason);
    const id = `${spec.stack}-${randomBytes(4).toString('hex')}`;
    const { underlay, nodes, outside } = spec;
    const script = [
      underlayScript(spec),
      outside ? outsideScript(outside, underlay) : '',
      nodesScript(nodes, underlay),
    ].join('\n');
    const { facts } = await startSandbox({
      isolation,
      script,
      signal,
      record: async (early) => {
        const files = new LabFiles(handleOf(id, early));
        try {
          files.writeSpec(spec);
          await record(handleOf(id, early));
        } catch (error) {
          files.remove();
          throw error;
        }
      },
    });
    const handle = handleOf(id, facts);
    // The keeper's PID is known only now.
    await record(handle);
    return handle;
  },

  async updateCluster(handle, old, spec) {
    const connection = open(handle);
    const { facts, files } = connection;
    const stays = new Set(spec.nodes.map(({ name }) => name));
    const gone = old.nodes.filter(({ name }) => !stays.has(name)).map(({ name }) => name);
    const fresh = spec.nodes.filter(({ name }) => nodePid(facts, name) === undefined);
    const opened = old.outside === undefined ? spec.outside : undefined;
    const stay = { ...old, nodes: old.nodes.filter(({ name }) => stays.has(name)) };
    const script = [
      endNodesScript(gone),
      opened ? `${handOverGatewayScript(stay, opened)}\n${outsideScript(opened, spec.underlay)}` : '',
      nodesScript(fresh, spec.underlay),
    ].join('\n');
    const { exitCode, stderr } = await connection.underlay().run(['sh', '-e', '-c', script]);
    if (exitCode !== 0)
      throw new HostError('failed', 'the underlay', [], 'nodes could not be changed', stderr);
    files.writeSpec(spec);
  },

  async isAlive(handle) {
    const facts = sandboxFacts(handle);
    if (!isHolderAlive(facts)) return false;
    const spec = new LabFiles(handle).spec();
    return !spec || machines(spec).every(({ name }) => nodePid(facts, name) !== undefined);
  },

  async deleteCluster(handle) {
    await connections.get(handle.id)?.close();
    connections.delete(handle.id);
    await endSandbox(sandboxFacts(handle));
    new LabFiles(handle).remove();
  },

  async clusterDrift(handle, spec) {
    const facts = sandboxFacts(handle);
    const gone = machines(spec).filter(({ name }) => nodePid(facts, name) === undefined);
    return gone.map(({ name, podCIDR }) => ({
      object: name,
      what: podCIDR === '' ? 'the host is gone' : 'the node is gone',
    }));
  },

  async applyNetwork(handle, nodes, network, { signal }) {
    const connection = open(handle);
    const old = connection.files.network();
    connection.files.writeNetwork({ nodes, network });
    await Promise.all(
      nodes.map(async (node) => {
        const host = connection.node(node.name);
        const plan = planNode(node, nodes, network);
        const before = old && planNode(node, old.nodes, old.network);
        const script = applyScript(plan, before);
        const { exitCode, stderr, argv } = await host.run(['sh', '-c', script], { signal });
        if (exitCode !== 0)
          throw new HostError(
            'failed',
            node.name,
            argv.slice(0, 1),
            `the ${network.type} network could not be set up`,
            stderr,
          );
        await host.write([...plan.files, ...plan.lastFiles]);
      }),
    );
  },

  async networkDrift(handle, nodes, network, { signal }) {
    const connection = connect(handle);
    const drift = await Promise.all(nodes.map((node) => nodeDrift(connection, node, nodes, network, signal)));
    return drift.flat();
  },

  async deleteNetwork(handle, nodes, network) {
    const connection = connect(handle);
    const empty = { files: [], neighbours: [], fdb: [], routes: [], chains: [], lastFiles: [] };
    await Promise.all(
      nodes.map((node) =>
        connection.node(node.name).run(['sh', '-c', applyScript(empty, planNode(node, nodes, network))]),
      ),
    );
    connection.files.writeNetwork(undefined);
  },

  applyWorkload: (handle, workload, pods, op) => applyWorkload(open(handle), workload, pods, op),
  workloadDrift: (handle, workload) => workloadDrift(connect(handle), workload),

  async deadPods(handle, pods) {
    const connection = connect(handle);
    return pods.filter((pod) => deadProcess(connection, pod) !== undefined).map(({ name }) => name);
  },

  async deleteWorkload(handle, workload) {
    if (isHolderAlive(sandboxFacts(handle))) await deleteWorkload(connect(handle), workload);
  },

  connect: (handle) => new NetnsCluster(handle, connect(handle)),

  async disconnect(handle) {
    await connections.get(handle.id)?.close();
    connections.delete(handle.id);
  },
};

/** @throws HostError when the sandbox is gone */
function open(handle: ClusterHandle): Connection {
  const connection = connect(handle);
  if (!isHolderAlive(connection.facts)) {
    throw new HostError(
      'gone',
      'the sandbox',
      [],
      'the sandbox is gone (killed, or the machine was restarted)',
    );
  }
  return connection;
}

async function nodeDrift(
  connection: Connection,
  node: LabNode,
  nodes: readonly LabNode[],
  network: LabNetwork,
  signal: AbortSignal,
): Promise<readonly Drift[]> {
  const host = connection.node(node.name);
  const plan = planNode(node, nodes, network);
  const paths = [...plan.files, ...plan.lastFiles].map((file) => file.path);
  const [seen, ...contents] = await Promise.all([
    observeHost(host, 'node', { signal, pickNetwork }),
    ...paths.map((file) => host.read(file)),
  ]);
  const files = Object.fromEntries(
    paths.flatMap((file, i) => (contents[i] ? [[file, contents[i].toString()]] : [])),
  );
  return planDrift(plan, seen, files).map((what) => ({ object: node.name, what }));
}
