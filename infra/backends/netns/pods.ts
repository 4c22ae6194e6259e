// Makes and removes pods on one node: pause processes, then CNI, then containers; and the other way round.
import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import type { LabPod } from '../../lab/lab.ts';
import type { PodStatus } from '../backend.ts';
import type { Connection } from './connection.ts';
import { type Attached, attachPods, detachPods, type PodInterface } from './pod-network.ts';
import { processesSharingNetns, startContainers, startPauses } from './pod-processes.ts';
import type { PodRecord } from './pod-record.ts';
import { wiringReader } from './pod-wiring.ts';
import { isAliveInside, labPath, readLabFile } from './sandbox-facts.ts';

/**
 * A record for a pod that does not exist yet: written before anything is made.
 * @param taken addresses of the pods there are, by node: one that was not moved keeps what it has
 */
export function newRecord(spec: LabPod, taken: ReadonlyMap<string, ReadonlySet<string>>): PodRecord {
  const free = (address = '') => (taken.get(spec.node)?.has(address) ? '' : address);
  const pin6 = free(spec.address6);
  return {
    spec,
    containerId: randomBytes(32).toString('hex'),
    pin: free(spec.address),
    ...(pin6 !== '' && { pin6 }),
  };
}

/** What became of the pods of one node. */
export interface Created {
  readonly ready: readonly PodRecord[];
  /** One for each pod that could not be made; nothing of these pods is left. */
  readonly errors: readonly Error[];
}

/** @param records from newRecord, all of this node */
export async function createPods(
  connection: Connection,
  node: string,
  records: readonly PodRecord[],
  signal: AbortSignal,
): Promise<Created> {
  const names = records.map(({ spec }) => spec.name);
  const pauses = await startPauses(connection, node, names);
  signal.throwIfAborted();
  const attached = await attachPods(connection, node, records, pauses, signal);
  const good = attached.filter((pod) => !(pod.outcome instanceof Error)) as (Attached & {
    outcome: PodInterface;
  })[];
  const bad = attached.filter((pod) => pod.outcome instanceof Error);
  await connection.agent(node).killProcesses(bad.flatMap(({ record }) => pauses.get(record.spec.name) ?? []));
  const started = good.map(({ record: { spec } }) => ({ spec, pid: pauses.get(spec.name) ?? 0 }));
  // Side by side: reading is this process's own work, and starting is not.
  const [containers, wired] = await Promise.all([
    startContainers(connection, node, started),
    readWirings(connection, node, good, pauses),
  ]);
  const ready = wired.map(({ record, pid, outcome, wiring }): PodRecord => {
    return { ...record, ready: { status: podStatus(record, pid, outcome, containers), wiring } };
  });
  return { ready, errors: bad.map(({ outcome }) => outcome as Error) };
}

async function readWirings(
  connection: Connection,
  node: string,
  attached: readonly (Attached & { readonly outcome: PodInterface })[],
  pauses: ReadonlyMap<string, number>,
) {
  const wiringOf = wiringReader(connection.facts, connection.nodePid(node));
  return attached.map(({ record, outcome }) => {
    const pid = pauses.get(record.spec.name) ?? 0;
    const wiring = { ...wiringOf(pid, outcome.hostVeth), master: outcome.master };
    return { record, pid, outcome, wiring };
  });
}

function podStatus(
  { spec, containerId }: PodRecord,
  pid: number,
  { address, address6, mac, hostVeth }: PodInterface,
  containers: ReadonlyMap<string, number>,
): PodStatus {
  return {
    name: spec.name,
    node: spec.node,
    address,
    ...(address6 !== undefined && { address6 }),
    containerId,
    pid,
    hostVeth,
    mac,
    containers: spec.containers.map(({ name }) => ({
      name,
      id: randomBytes(32).toString('hex'),
      pid: containers.get(`${spec.name}/${name}`) ?? 0,
    })),
  };
}

/**
 * CNI DEL, then the end of every process in the pods' namespaces. Idempotent, and fit for remains of a crash.
 * @throws what DEL threw, after everything else has been removed
 */
export async function removePods(
  connection: Connection,
  node: string,
  records: readonly PodRecord[],
): Promise<void> {
  if (records.length === 0) return;
  // Any process of the pod will do to find its network namespace: DEL needs it as long as it exists.
  const pids = new Map(records.map((record) => [record.spec.name, livePids(connection, record)[0]]));
  const isNode = isNodeAlive(connection, node);
  const errors = isNode ? await detachPods(connection, node, records, pids) : [];
  const alive = [...pids.values()].filter((pid) => pid !== undefined);
  const agent = isNode ? connection.agent(node) : connection.underlayAgent();
  await agent.killProcesses(processesSharingNetns(connection.facts, alive));
  // A pod that died whole: plugins cannot look into its network namespace any more, and the kernel takes its time to
  // free it, during which the node's old route would be in the way of a new pod with the same address.
  const dead = records.filter(({ spec }) => pids.get(spec.name) === undefined);
  const veths = dead.flatMap(({ ready }) => (ready ? [`link del ${ready.status.hostVeth}\n`] : []));
  if (isNode && veths.length > 0)
    await connection.node(node).run(['ip', '-force', '-batch', '-'], { stdin: veths.join('') });
  const logs = records.flatMap(({ spec }) =>
    spec.containers.map(({ name }) => `/run/cnilab/${spec.name}.${name}.log`),
  );
  if (isNode) await connection.node(node).run(['rm', '-f', ...logs]);
  for (const { spec } of records) {
    try {
      unlinkSync(labPath(connection.facts, `pod-${spec.name}`));
    } catch {
      // It was never started.
    }
  }
  if (errors.length > 0)
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, errors.map(String).join('\n'));
}

/** PIDs (inside) of a pod's processes that run, the pause process first. */
function livePids({ facts }: Connection, { spec, ready }: PodRecord): readonly number[] {
  const pids = ready
    ? [ready.status.pid, ...ready.status.containers.map(({ pid }) => pid)]
    : [Number(readLabFile(facts, `pod-${spec.name}`)?.toString())];
  return pids.filter((pid) => pid > 0 && isAliveInside(facts, pid));
}

/** A dead node has no CNI state left, but its pods' processes may still run. */
function isNodeAlive(connection: Connection, node: string): boolean {
  try {
    connection.nodePid(node);
    return true;
  } catch {
    return false;
  }
}
