// A workload on this backend: its pods on all their nodes, kept as asked for.
import type { LabPod } from '../../lab/lab.ts';
import type { Drift, Operation, PodStatus } from '../backend.ts';
import type { Connection } from './connection.ts';
import { hostPortDrift } from './host-port-drift.ts';
import type { PodRecord } from './pod-record.ts';
import { compareWiring, wiringReader } from './pod-wiring.ts';
import { createPods, newRecord, removePods } from './pods.ts';
import { isAliveInside } from './sandbox-facts.ts';
import { planWorkload, type WorkloadPlan } from './workload-plan.ts';

/**
 * Makes exactly `wanted` exist. What could be made is recorded even when something else failed.
 * @throws the error of the first pod that could not be made or removed, naming how many there were
 */
export async function applyWorkload(
  connection: Connection,
  workload: string,
  wanted: readonly LabPod[],
  op: Operation,
): Promise<readonly PodStatus[]> {
  if (wanted.some(({ selector }) => selector))
    throw new Error(`workload ${workload} names pods that run already (selector): there are none on netns`);
  const records = connection.files.pods(workload);
  const broken = new Set((await workloadDrift(connection, workload)).map(({ object }) => object));
  const { keep, remove, add } = planWorkload(records, wanted, broken);
  try {
    return await changeWorkload(connection, workload, wanted, { keep, remove, add }, op);
  } finally {
    connection.saveCalls();
  }
}

async function changeWorkload(
  connection: Connection,
  workload: string,
  wanted: readonly LabPod[],
  { keep, remove, add }: WorkloadPlan,
  op: Operation,
): Promise<readonly PodStatus[]> {
  const { files } = connection;
  const present = new Map(keep.map((record) => [record.spec.name, record]));
  await byNode(remove, (node, group) => removePods(connection, node, group));
  // In the order of the lab file, whatever had to be made anew: tables have it.
  const save = () => {
    files.writePods(
      workload,
      wanted.flatMap(({ name }) => present.get(name) ?? []),
    );
  };
  if (remove.length > 0) save();
  const taken = addressesByNode(connection);
  const pinned = pinning(connection);
  const fresh = add.map((spec) => newRecord(pinned(spec), taken));
  for (const record of fresh) present.set(record.spec.name, record);
  if (fresh.length > 0) save();
  const errors: Error[] = [];
  await byNode(fresh, async (node, group) => {
    op.progress?.(`${workload}: ${group.length} pods on ${node}`);
    try {
      const created = await createPods(connection, node, group, op.signal);
      for (const record of created.ready) present.set(record.spec.name, record);
      errors.push(...created.errors);
      const ready = new Set(created.ready.map(({ spec }) => spec.name));
      for (const { spec } of group) if (!ready.has(spec.name)) present.delete(spec.name);
    } catch (error) {
      // Remains stay recorded (without `ready`), unless they can be removed right now.
      errors.push(error as Error);
      const removed = await removePods(connection, node, group).then(
        () => true,
        () => false,
      );
      if (removed) for (const { spec } of group) present.delete(spec.name);
    }
  });
  if (fresh.length > 0) save();
  const [first] = errors;
  if (first) {
    op.signal.throwIfAborted();
    if (errors.length > 1) first.message += `\n(and ${errors.length - 1} more pods of ${workload} failed)`;
    throw first;
  }
  return statuses([...present.values()], wanted);
}

/** A conflist of the lab's own may give out any addresses, unless it says that it uses the node's podCIDR. */
function pinning({ files }: Connection): (spec: LabPod) => LabPod {
  const network = files.network()?.network;
  const says = (placeholder: string) =>
    network?.type !== 'conflist' || Object.values(network.configs).some((text) => text.includes(placeholder));
  const [pins, pins6] = [says('@POD_CIDR@'), says('@POD_CIDR6@')];
  return ({ address, address6 = '', ...spec }) => ({
    ...spec,
    address: pins ? (address ?? '') : '',
    ...(pins6 && address6 !== '' && { address6 }),
  });
}

/** Of every pod that stands, whatever its workload. */
function addressesByNode({ files }: Connection): ReadonlyMap<string, ReadonlySet<string>> {
  const pods = files.workloads().flatMap((workload) => files.pods(workload));
  const standing = pods.flatMap(({ ready }) => ready?.status ?? []);
  const byNode = Map.groupBy(standing, ({ node }) => node);
  return new Map(
    [...byNode].map(([node, group]) => [
      node,
      new Set(group.flatMap(({ address, address6 = '' }) => [address, address6])),
    ]),
  );
}

/** In the order of `wanted`. */
function statuses(records: readonly PodRecord[], wanted: readonly LabPod[]): readonly PodStatus[] {
  const byName = new Map(records.map((record) => [record.spec.name, record.ready?.status]));
  return wanted.map(({ name }) => byName.get(name)).filter((status) => status !== undefined);
}

export async function deleteWorkload(connection: Connection, workload: string): Promise<void> {
  const { files } = connection;
  const left = new Map(files.pods(workload).map((record) => [record.spec.name, record]));
  await byNode([...left.values()], async (node, group) => {
    await removePods(connection, node, group);
    for (const { spec } of group) left.delete(spec.name);
  }).finally(() => {
    files.writePods(workload, [...left.values()]);
    connection.saveCalls();
  });
}

/** What is not as it was made; pods whose making was cut short count. */
export async function workloadDrift(connection: Connection, workload: string): Promise<readonly Drift[]> {
  const records = connection.files.pods(workload);
  const drift: Drift[] = [];
  const wiringOf = wiringReaders(connection);
  for (const record of records) drift.push(...podDrift(connection, record, wiringOf));
  const intact = records.filter(({ spec }) => !drift.some(({ object }) => object === spec.name));
  await byNode(intact, async (node, group) => {
    const [links, ports] = await Promise.all([
      linkDrift(connection, node, group),
      hostPortDrift(connection, node, group),
    ]);
    drift.push(...links, ...ports);
  });
  return drift;
}

/** Costs no process. */
function podDrift(
  connection: Connection,
  { spec, ready }: PodRecord,
  wiringOf: (node: string) => ReturnType<typeof wiringReader>,
): readonly Drift[] {
  const say = (what: string): Drift => ({ object: spec.name, what });
  if (ready === undefined) return [say('was not finished')];
  const dead = deadProcess(connection, ready.status);
  if (dead) return [say(dead)];
  try {
    const now = wiringOf(spec.node)(ready.status.pid, ready.status.hostVeth);
    return compareWiring(ready.wiring, now).map(say);
  } catch {
    return [say(`its node ${spec.node} is gone`)];
  }
}

/** One for each node, made when first needed. */
function wiringReaders(connection: Connection): (node: string) => ReturnType<typeof wiringReader> {
  const readers = new Map<string, ReturnType<typeof wiringReader>>();
  return (node) => {
    const reader = readers.get(node) ?? wiringReader(connection.facts, connection.nodePid(node));
    readers.set(node, reader);
    return reader;
  };
}

/** The first process of a pod that does not run any more, in words. Costs no process. */
export function deadProcess({ facts }: Connection, pod: PodStatus): string | undefined {
  if (!isAliveInside(facts, pod.pid)) return 'its pause process is gone';
  const container = pod.containers.find(({ pid }) => !isAliveInside(facts, pid));
  return container && `container ${container.name} has ended`;
}

/** The node's end of each veth: there, up, and in the bridge it was put into. */
async function linkDrift(
  connection: Connection,
  node: string,
  records: readonly PodRecord[],
): Promise<readonly Drift[]> {
  const { stdout } = await connection.node(node).run(['ip', '-j', 'link', 'show']);
  const links = new Map((JSON.parse(stdout) as Link[]).map((link) => [link.ifname, link]));
  return records.flatMap(({ spec, ready }) => {
    const name = ready?.status.hostVeth ?? '';
    const link = links.get(name);
    const say = (what: string) => [{ object: spec.name, what }];
    // A plugin may well make an interface that has no other end, such as macvlan.
    if (name === '') return [];
    if (link === undefined) return say(`its node end ${name} is missing on ${node}`);
    if (!link.flags.includes('UP')) return say(`its node end ${name} is down`);
    const master = ready?.wiring.master;
    return link.master === master
      ? []
      : say(`its node end ${name} is in ${link.master ?? 'no bridge'} instead of ${master ?? 'none'}`);
  });
}

interface Link {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly master?: string;
}

async function byNode(
  records: readonly PodRecord[],
  act: (node: string, group: readonly PodRecord[]) => Promise<unknown>,
) {
  const groups = Map.groupBy(records, ({ spec }) => spec.node);
  const outcomes = await Promise.allSettled([...groups].map(([node, group]) => act(node, group)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
