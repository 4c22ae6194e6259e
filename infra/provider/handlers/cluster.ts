// cnilab:index:Cluster: the sandbox and its nodes. Also the owner of the stack's record.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type {
  Backend,
  ClusterHandle,
  ClusterNetwork,
  ClusterSpec,
  NodeStatus,
} from '../../backends/backend.ts';
import { backendTraits } from '../../backends/registry.ts';
import { settingPlaces, settingProblem } from '../../backends/setting-problem.ts';
import type { Lab, LabNode, LabOutside } from '../../lab/lab.ts';
import { readRecord, removeStack, updateRecord, writeRecord } from '../../state/stack-store.ts';
import { checkInputs } from '../check-inputs.ts';
import { holdsUnknown } from '../codec.ts';
import type { CallContext, Change, CheckFailure, Handler } from '../handler.ts';
import { makeRoom, occupation } from '../occupation.ts';
import { messageOf, PartialFailure } from '../partial-failure.ts';
import { propertyDiff } from '../property-diff.ts';
import { propertyPath } from '../property-path.ts';
import { backendName, label, named, network, node, outside, underlay } from '../schemas.ts';
import { tellDrift } from '../tell-drift.ts';

/** Who made it and from what; never a reason to change anything. */
export interface Origin {
  readonly project: string;
  readonly backendUrl: string;
  readonly checkout: string;
  readonly labFile: string;
}

export interface ClusterInputs {
  readonly stack: string;
  readonly lab: string;
  readonly title: string;
  readonly backend: string;
  readonly isolation: ClusterSpec['isolation'];
  readonly underlay: Lab['underlay'];
  readonly nodes: readonly LabNode[];
  readonly outside?: LabOutside;
  /** On backends that are Kubernetes. */
  readonly network?: ClusterNetwork;
  /** What the user has said of the backend beside the lab file; not there when nothing. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly origin: Origin;
}

export interface ClusterOutputs {
  readonly handle: ClusterHandle;
  readonly nodeStatus: readonly NodeStatus[];
  /** On backends that are Kubernetes; the program marks it a secret. */
  readonly kubeconfig?: string;
  /** False when it was not made to its end; it is then replaced. */
  readonly complete: boolean;
  /** What refresh found to be otherwise than it was made. */
  readonly drift: readonly string[];
  /** Another one after every change, so that what was observed before is known to be old. */
  readonly generation: string;
}

const text = z.string().min(1);
const schema = z.strictObject({
  stack: text,
  lab: label,
  title: z.string(),
  backend: backendName,
  isolation: z.enum(['auto', 'rootless', 'root']),
  underlay,
  nodes: named(node),
  outside: outside.optional(),
  network: network.omit({ mtu: true, routes: true, configs: true }).optional(),
  settings: z.record(z.string(), z.string()).optional(),
  origin: z.strictObject({
    project: text,
    backendUrl: z.string(),
    checkout: z.string(),
    labFile: z.string(),
  }),
});

type State = ClusterInputs & ClusterOutputs;

export const clusterHandler: Handler<ClusterInputs, ClusterOutputs> = {
  cutOff: 'anew',
  keptByUpdate: ['handle', 'kubeconfig'],

  async check(news, isNew, call) {
    const wrong = checkInputs(schema, news);
    const failures = wrong.length > 0 ? wrong : await unknownSettings(news as ClusterInputs, call);
    if (failures.length > 0 || !isNew) return failures;
    const occupied = await occupation(call, (news as ClusterInputs).origin);
    return occupied?.by === 'another' ? [{ property: 'stack', reason: occupied.message }] : [];
  },

  async diff(state, news, call) {
    const changes = clusterChanges(state, news);
    if (changes.some((change) => change.replace)) return changes;
    const gone = await whyReplaced(state, call);
    if (gone) return [{ path: 'handle', kind: 'update', replace: true, reason: gone }];
    if (state.drift.length === 0) return changes;
    return [...changes, { path: 'drift', kind: 'update', reason: state.drift.join('\n') }];
  },

  async create(news, call) {
    const backend = await call.backend(news.backend);
    await makeRoom(call, news.origin);
    const problem = await backend.probe(news.isolation, news.settings);
    if (problem) throw new Error(`${problem.reason}\n${problem.fix}`);
    let made: ClusterHandle | undefined;
    try {
      const handle = await backend.createCluster(
        specOf(news),
        async (handle) => {
          made = handle;
          await writeRecord(recordOf(news, handle, 'creating'));
        },
        call.op,
      );
      await writeRecord(recordOf(news, handle, 'ready'));
      const outs = await outputs(backend, handle);
      return { id: handle.id, outs };
    } catch (error) {
      if (made) await giveUp(backend, made, error, call);
      throw error;
    }
  },

  async read(state, call) {
    const backend = await call.backendOf(state.handle);
    if (!(await backend.isAlive(state.handle))) {
      call.inform('the cluster is gone (reboot, or killed)');
      return undefined;
    }
    const found = await backend.clusterDrift(state.handle, specOf(state), call.op);
    return { ...outputsOf(state), drift: tellDrift(found, call) };
  },

  async update(_id, state, news, call) {
    const backend = await call.backendOf(state.handle);
    await backend.updateCluster(state.handle, specOf(state), specOf(news), call.op);
    await updateRecord(call.stack, state.handle.id, (record) => ({
      definition: {
        ...record.definition,
        title: news.title,
        nodes: news.nodes,
        ...(news.outside && { outside: news.outside }),
      },
    }));
    return outputs(backend, state.handle);
  },

  async delete(state, call) {
    const backend = await call.backendOf(state.handle);
    // Only for who looks meanwhile: on a full disk a lab can still be taken down.
    await updateRecord(call.stack, state.handle.id, () => ({ status: 'deleting' })).catch(() => undefined);
    // Taking a lab down is not interrupted half-way: it is short, and what it leaves would have to go anyway.
    await backend.deleteCluster(state.handle, { ...call.op, signal: new AbortController().signal });
    if ((await readRecord(call.stack))?.handle.id === state.handle.id) await removeStack(call.stack);
  },
};

/**
 * What differs in what is asked for. A cluster grows in place: nodes, and a way out where there was none. Anything else
 * about its nodes would pull the floor from under running pods (no DEL, no lease given back), so it is made anew:
 * underlay, isolation, a setting of the backend, a node's address or podCIDR, a node that goes. So is one whose way out
 * goes or changes, and one of a backend whose clusters do not grow when anything of its nodes is another.
 */
export function clusterChanges(state: ClusterInputs, news: ClusterInputs): readonly Change[] {
  const fixed = ['stack', 'lab', 'backend', 'isolation', 'underlay', 'network'] as const;
  const anew = fixed.flatMap((key) =>
    propertyDiff(state[key], news[key], [key]).map((change) => ({ ...change, replace: true })),
  );
  const settings = propertyDiff(state.settings ?? {}, news.settings ?? {}, ['settings']).map((change) => ({
    ...change,
    replace: true,
  }));
  const { grows } = backendTraits(state.backend);
  const titled = propertyDiff(state.title, news.title, ['title']);
  const nodes = propertyDiff(state.nodes, news.nodes, ['nodes']).map((change) => ({
    ...change,
    replace:
      change.kind === 'delete' || (grows ? /^nodes\[\d+\]\.(address|podCIDR)6?$/.test(change.path) : true),
  }));
  const wayOut = propertyDiff(state.outside, news.outside, ['outside']).map((change) => ({
    ...change,
    replace: change.kind !== 'add' || change.path !== 'outside',
  }));
  return [...anew, ...settings, ...titled, ...nodes, ...wayOut];
}

/** Settings that the backend does not understand, or not with that value, by their path. The backend is loaded only when there are any. */
async function unknownSettings(
  { backend: name, settings = {} }: ClusterInputs,
  call: CallContext,
): Promise<readonly CheckFailure[]> {
  if (Object.keys(settings).length === 0 || holdsUnknown([name, settings])) return [];
  const backend = await call.backend(name);
  return Object.entries(settings).flatMap(([key, value]) => {
    const problem = settingProblem(backend, key, value);
    if (!problem) return [];
    const reason = `${problem.message}; ${problem.hint}\n(it is from ${settingPlaces(name, key)})`;
    return [{ property: propertyPath(['settings', key]), reason }];
  });
}

/** Cheap: a look at the process table's files and at our record. */
async function whyReplaced(state: State, call: CallContext): Promise<string | undefined> {
  if (!state.complete) return 'the cluster was not made to its end: it will be rebuilt';
  const backend = await call.backendOf(state.handle);
  if (!(await backend.isAlive(state.handle)))
    return 'the cluster is gone (reboot, or killed): it will be rebuilt';
  const record = await readRecord(call.stack);
  if (record?.handle.id !== state.handle.id)
    return 'its record is gone from the state directory: it will be rebuilt';
  return undefined;
}

/** After a failed create: everything away if that is possible, else a failure that the engine records. */
async function giveUp(
  backend: Backend,
  handle: ClusterHandle,
  error: unknown,
  call: CallContext,
): Promise<void> {
  // One that does not answer may well be there: it is recorded, and the next run will see.
  const alive = await backend.isAlive(handle).catch(() => true);
  if (call.op.signal.aborted || !alive) {
    try {
      await backend.deleteCluster(handle, { signal: new AbortController().signal });
      return await removeStack(call.stack);
    } catch (second) {
      call.log(`what was left of ${handle.id} could not be removed: ${messageOf(second)}`);
    }
  }
  const reason = messageOf(error);
  const outs = { handle, nodeStatus: [], complete: false, drift: [reason], generation: randomUUID() };
  throw new PartialFailure<ClusterOutputs>(handle.id, outs, reason, { cause: error });
}

async function outputs(backend: Backend, handle: ClusterHandle): Promise<ClusterOutputs> {
  const nodeStatus = await backend.connect(handle).nodes();
  const kubeconfig = backend.kubeconfig?.(handle);
  const made = { handle, nodeStatus, complete: true, drift: [], generation: randomUUID() };
  return { ...made, ...(kubeconfig !== undefined && { kubeconfig }) };
}

function outputsOf({ handle, nodeStatus, kubeconfig, complete, drift, generation }: State): ClusterOutputs {
  return { handle, nodeStatus, ...(kubeconfig !== undefined && { kubeconfig }), complete, drift, generation };
}

function specOf(inputs: ClusterInputs): ClusterSpec {
  const { stack, lab, isolation, underlay, nodes, outside, network, settings } = inputs;
  return {
    stack,
    lab,
    isolation,
    underlay,
    nodes,
    ...(outside && { outside }),
    ...(network && { network }),
    ...(settings && { settings }),
  };
}

function recordOf(news: ClusterInputs, handle: ClusterHandle, status: 'creating' | 'ready') {
  return {
    ...news.origin,
    stack: news.stack,
    lab: news.lab,
    backend: news.backend,
    handle,
    definition: {
      name: news.lab,
      title: news.title,
      underlay: news.underlay,
      nodes: news.nodes,
      ...(news.outside && { outside: news.outside }),
      workloads: [],
      experiments: [],
    },
    status,
    createdAt: new Date().toISOString(),
  };
}
