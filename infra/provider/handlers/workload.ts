// cnilab:index:Workload: all pods of one deployment (or one bare pod), wired by the CNI plugins.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Backend, ClusterHandle, PodStatus } from '../../backends/backend.ts';
import type { LabPod, LabWorkload } from '../../lab/lab.ts';
import { updateRecord } from '../../state/stack-store.ts';
import { checkInputs } from '../check-inputs.ts';
import type { CallContext, Change, Handler } from '../handler.ts';
import { inOrder, type Ordered } from '../in-order.ts';
import { messageOf, PartialFailure } from '../partial-failure.ts';
import { propertyDiff, sameData } from '../property-diff.ts';
import { handle, label, named, pod } from '../schemas.ts';
import { tellDrift } from '../tell-drift.ts';

export interface WorkloadInputs {
  readonly clusterHandle: ClusterHandle;
  readonly name: string;
  readonly kind: LabWorkload['kind'];
  readonly pods: readonly LabPod[];
  readonly networkRevision: string;
  /** Place in the lab file; only for the record: another one touches no pod. */
  readonly order: number;
}

export interface WorkloadOutputs {
  readonly podStatus: readonly PodStatus[];
  /** The pods as they were asked for when they were made: a later wish for another address does not move them. */
  readonly applied: readonly LabPod[];
  readonly drift: readonly string[];
  readonly generation: string;
}

const schema = z.strictObject({
  clusterHandle: handle,
  name: label,
  kind: z.enum(['deployment', 'pod', 'selected']),
  pods: named(pod),
  networkRevision: z.string().min(1),
  order: z.int().min(0),
});

export const workloadHandler: Handler<WorkloadInputs, WorkloadOutputs> = {
  cutOff: 'anew',
  keptByUpdate: [],

  check: async (news) => checkInputs(schema, news),

  async diff(state, news, call) {
    const changes = workloadChanges(state, news);
    if (changes.some((change) => change.replace)) return changes;
    if (state.drift.length > 0) {
      return [...changes, { path: 'drift', kind: 'update', reason: state.drift.join('\n') }];
    }
    const backend = await call.backendOf(state.clusterHandle);
    const dead = await backend.deadPods(state.clusterHandle, state.podStatus);
    if (dead.length === 0) return changes;
    const what =
      state.kind === 'selected' ? 'restarted or replaced, will be looked at' : 'dead, will be made';
    const reason = `${what} again: ${dead.join(', ')}`;
    const at = (name: string) => state.podStatus.findIndex((pod) => pod.name === name);
    return [
      ...changes,
      ...dead.map((name): Change => ({ path: `podStatus[${at(name)}]`, kind: 'update', reason })),
    ];
  },

  async create(news, call) {
    const id = `${news.clusterHandle.id}/${news.name}`;
    return { id, outs: await apply(id, news, news.pods, call) };
  },

  async read(state, call) {
    const { clusterHandle, name, podStatus, applied, generation } = state;
    const backend = await call.backendOf(clusterHandle);
    if (!(await backend.isAlive(clusterHandle))) return undefined;
    const found = await backend.workloadDrift(clusterHandle, name, applied, call.op);
    return { podStatus, applied, drift: tellDrift(found, call), generation };
  },

  onlyRecords: onlyMoved,

  async update(id, state, news, call) {
    if (!(await onlyMoved(state, news, call))) {
      return apply(id, news, keepAddresses(state.applied, news.pods), call);
    }
    const { podStatus, applied, drift, generation } = state;
    await record(call.stack, news, applied);
    return { podStatus, applied, drift, generation };
  },

  async delete({ clusterHandle, name }, call) {
    const backend = await call.backendOf(clusterHandle);
    if (!(await backend.isAlive(clusterHandle))) return;
    await backend.deleteWorkload(clusterHandle, name, call.op);
    await updateRecord(call.stack, clusterHandle.id, ({ definition }) => ({
      definition: { ...definition, workloads: definition.workloads.filter((one) => one.name !== name) },
    }));
  },
};

/**
 * A network of another revision wires every pod anew. Otherwise only pods that differ are touched; the address asked
 * of IPAM is a preference, and an existing pod is not moved for it.
 */
export function workloadChanges(
  state: WorkloadInputs & Pick<WorkloadOutputs, 'applied'>,
  news: WorkloadInputs,
): readonly Change[] {
  const anew = (['clusterHandle', 'name', 'networkRevision'] as const).flatMap((key) =>
    propertyDiff(state[key], news[key], [key]).map((change) => ({ ...change, replace: true })),
  );
  const pods = Array.isArray(news.pods) ? keepAddresses(state.applied, news.pods) : news.pods;
  return [
    ...anew,
    ...propertyDiff(state.kind, news.kind, ['kind']),
    ...propertyDiff(state.applied, pods, ['pods']),
    ...propertyDiff(state.order, news.order, ['order']),
  ];
}

/** Nothing but its place in the lab file is another, and its pods live. */
async function onlyMoved(
  state: WorkloadInputs & WorkloadOutputs,
  news: WorkloadInputs,
  call: CallContext,
): Promise<boolean> {
  if (state.drift.length > 0 || workloadChanges(state, news).some(({ path }) => path !== 'order'))
    return false;
  const backend = await call.backendOf(state.clusterHandle);
  return (await backend.deadPods(state.clusterHandle, state.podStatus)).length === 0;
}

/** The wanted pods, with the old address preference for each that is otherwise the same. */
export function keepAddresses(applied: readonly LabPod[], wanted: readonly LabPod[]): readonly LabPod[] {
  const old = new Map(applied.map((pod) => [pod.name, pod]));
  return wanted.map((pod) => {
    const before = old.get(pod.name);
    if (before === undefined) return pod;
    const { address, address6 } = before;
    const unmoved = { ...pod, address, ...(pod.address6 && address6 && { address6 }) };
    return sameData(before, unmoved) ? before : pod;
  });
}

async function apply(
  id: string,
  news: WorkloadInputs,
  pods: readonly LabPod[],
  call: CallContext,
): Promise<WorkloadOutputs> {
  const { clusterHandle, name } = news;
  const backend = await call.backendOf(clusterHandle);
  try {
    const made = await backend.applyWorkload(clusterHandle, name, pods, call.op);
    const podStatus = pods.flatMap((pod) => made.filter((status) => status.name === pod.name));
    await record(call.stack, news, pods);
    return { podStatus, applied: pods, drift: [], generation: randomUUID() };
  } catch (error) {
    const reason = messageOf(error);
    const podStatus = await standing(backend, clusterHandle, pods);
    const outs = { podStatus, applied: pods, drift: [reason], generation: randomUUID() };
    throw new PartialFailure<WorkloadOutputs>(id, outs, reason, { cause: error });
  }
}

/** Which of the pods are there after all. */
async function standing(
  backend: Backend,
  handle: ClusterHandle,
  pods: readonly LabPod[],
): Promise<readonly PodStatus[]> {
  const names = new Set(pods.map((pod) => pod.name));
  try {
    return (await backend.connect(handle).pods()).filter((pod) => names.has(pod.name));
  } catch {
    return [];
  }
}

function record(stack: string, news: WorkloadInputs, pods: readonly LabPod[]): Promise<void> {
  const { name, kind, order } = news;
  const workload: Ordered<LabWorkload> = { name, kind, pods, order };
  return updateRecord(stack, news.clusterHandle.id, ({ definition }) => ({
    definition: { ...definition, workloads: inOrder(definition.workloads, workload) },
  }));
}
