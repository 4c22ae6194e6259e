// The floor: the plugin calls for the pods of a lab, and nothing else, in an equal sandbox whose nodes and pause processes
// are there already.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pLimit from 'p-limit';
import { Connection } from '../../infra/backends/netns/connection.ts';
import { enterArgv, enterCredentials, LAB_ENV } from '../../infra/backends/netns/enter.ts';
import { netnsBackend as backend } from '../../infra/backends/netns/netns-backend.ts';
import { planNode } from '../../infra/backends/netns/network/plan.ts';
import { startPauses } from '../../infra/backends/netns/pod-processes.ts';
import type { PodRecord } from '../../infra/backends/netns/pod-record.ts';
import { pickNetwork } from '../../infra/cni/config-dir.ts';
import type { Lab, LabNode } from '../../infra/lab/lab.ts';
import { startProcess } from '../../infra/util/exec.ts';
import { cniPluginDirs, findCniPlugin } from '../../infra/util/tools.ts';
import { FLOOR_DIR, floorPlan } from './floor-script.ts';

/** As many as the backend runs at a time, on all nodes together: several on each of few nodes, or one on each of some. */
const PARALLEL = 8;

export interface Floor {
  readonly seconds: number;
  readonly calls: number;
  /** Pods that have an address on eth0 afterwards. */
  readonly addresses: number;
}

/** Makes the sandbox, runs the loop, takes the sandbox down. @throws Error when a plugin fails */
export async function measureFloor(lab: Lab, handles: string, signal: AbortSignal): Promise<Floor> {
  const op = { signal };
  const { name: stack, nodes, underlay, network } = lab;
  const handle = await backend.createCluster(
    { stack, lab: stack, isolation: 'auto', underlay, nodes },
    (made) => writeFile(path.join(handles, `${made.id}.json`), JSON.stringify(made)),
    op,
  );
  const connection = new Connection(handle);
  try {
    await backend.applyNetwork(handle, nodes, network, op);
    const loops = await Promise.all(nodes.map((node) => prepare(connection, lab, node)));
    const few = pLimit(PARALLEL);
    const runs = await Promise.all(loops.map((loop) => few(() => loop.run())));
    const seconds = Math.max(...runs.map(({ end }) => end)) - Math.min(...runs.map(({ start }) => start));
    const addresses = await Promise.all(loops.map((loop) => loop.addresses()));
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    return { seconds, calls: sum(loops.map(({ calls }) => calls)), addresses: sum(addresses) };
  } finally {
    await connection.close();
    await backend.deleteCluster(handle, { signal: new AbortController().signal });
  }
}

async function prepare(connection: Connection, lab: Lab, node: LabNode) {
  const host = connection.node(node.name);
  const pods = lab.workloads.flatMap((workload) => workload.pods.filter((pod) => pod.node === node.name));
  const records = pods.map(
    (spec): PodRecord => ({ spec, containerId: randomBytes(32).toString('hex'), pin: spec.address ?? '' }),
  );
  const names = records.map(({ spec }) => spec.name);
  const pauses = await startPauses(connection, node.name, names);
  const { picked, loopback } = pickNetwork(
    planNode(node, lab.nodes, lab.network).files.map((file) => ({
      name: path.basename(file.path),
      content: file.content,
    })),
  );
  if (!picked) throw new Error(`the floor has no network configuration for ${node.name}`);
  const floorPods = records.map((record) => ({
    record,
    netns: `/proc/${pauses.get(record.spec.name)}/ns/net`,
  }));
  const lists = [
    { list: loopback, ifName: 'lo' },
    { list: picked, ifName: 'eth0' },
  ];
  const { files, script, calls } = floorPlan(floorPods, lists, {
    paths: (type) => findCniPlugin(type) ?? type,
    binDirs: cniPluginDirs(),
    workers: Math.max(1, Math.floor(PARALLEL / lab.nodes.length)),
  });
  await host.write(
    Object.entries(files).map(([name, content]) => ({ path: `${FLOOR_DIR}/in/${name}`, content })),
  );
  const { facts } = connection;
  const bash = ['bash', '--norc', '--noprofile'];
  const child = startProcess(enterArgv(facts, connection.nodePid(node.name), bash), {
    env: LAB_ENV,
    ...enterCredentials(facts),
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(script);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => String((await lines.next()).value ?? '');
  if ((await nextLine()) !== 'ready') throw new Error(`the floor's loop did not start: ${said.trim()}`);
  return {
    calls,
    async run() {
      child.stdin.end('go\n');
      const [start, end, failed] = (await nextLine()).split(' ').map(Number);
      await child;
      if (start !== undefined && end !== undefined && failed === 0) return { start, end };
      throw new Error(`a plugin failed in the floor's loop on ${node.name}: ${said.trim()}`);
    },
    async addresses() {
      const each = 'for pid; do nsenter -t "$pid" -n ip -4 -o addr show dev eth0; done';
      const { stdout } = await host.run(['sh', '-c', each, 'addresses', ...[...pauses.values()].map(String)]);
      return stdout.split('\n').filter((line) => / inet \S+/.test(line)).length;
    },
  };
}
