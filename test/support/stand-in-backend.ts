// A stand-in for a backend: no kernel, only files, so that it outlives provider processes as a real cluster does.
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend, ClusterHandle, ClusterSpec, PodStatus } from '../../infra/backends/backend.ts';
import type { LabNetwork, LabPod } from '../../infra/lab/lab.ts';
import { standInCluster } from './stand-in-cluster.ts';

/** How the stand-in is to misbehave: behaviour.json in its directory. */
export interface Behaviour {
  /** createCluster makes the cluster and then fails on this node. */
  readonly failNode?: string;
  /** applyWorkload makes the pods before this one and then fails. */
  readonly failPod?: string;
  /** createCluster takes so long, ms, unless it is stopped. */
  readonly slow?: number;
  readonly drift?: Readonly<Partial<Record<'cluster' | 'network' | 'workload', string>>>;
  readonly dead?: readonly string[];
  readonly unusable?: boolean;
}

/** What stands: one file a cluster. */
export interface StandInState {
  readonly spec: ClusterSpec;
  readonly network?: LabNetwork;
  readonly pods: Readonly<Record<string, readonly { readonly wanted: LabPod; readonly status: PodStatus }[]>>;
}

const dir = (): string => {
  const value = process.env.CNILAB_STAND_IN;
  if (!value) throw new Error('CNILAB_STAND_IN must name the directory of the stand-in backend');
  return value;
};
const fileOf = (handle: ClusterHandle): string => path.join(dir(), `${handle.id}.json`);
const called = (line: string): void => appendFileSync(path.join(dir(), 'calls.log'), `${line}\n`);

function behaviour(): Behaviour {
  const file = path.join(dir(), 'behaviour.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Behaviour) : {};
}

function load(handle: ClusterHandle): StandInState {
  if (!existsSync(fileOf(handle))) throw new Error(`the stand-in cluster ${handle.id} is gone`);
  return JSON.parse(readFileSync(fileOf(handle), 'utf8')) as StandInState;
}

function save(handle: ClusterHandle, state: StandInState): void {
  writeFileSync(`${fileOf(handle)}.new`, JSON.stringify(state));
  renameSync(`${fileOf(handle)}.new`, fileOf(handle));
}

let clusters = 0;
let pids = 100;

function statusOf(pod: LabPod): PodStatus {
  pids += 1;
  return {
    name: pod.name,
    node: pod.node,
    address: pod.address ?? '',
    containerId: `${pod.name}-${process.pid}-${pids}`,
    pid: pids,
    hostVeth: `veth${pids}`,
    mac: '02:00:00:00:00:01',
    containers: pod.containers.map(({ name }) => ({ name, id: `${pod.name}-${name}`, pid: pids })),
  };
}

const drift = (kind: 'cluster' | 'network' | 'workload', object: string) => {
  const what = behaviour().drift?.[kind];
  return what === undefined ? [] : [{ object, what }];
};

const standIn: Backend = {
  name: 'stand-in',
  settings: {
    answer: { help: 'What hosts answer to echo.', default: 'what they are told to' },
    hostSize: { help: 'Nothing that shows.' },
  },
  probe: async (_isolation, settings = {}) =>
    behaviour().unusable || settings.answer === 'none'
      ? { reason: 'no namespaces here', fix: 'run it elsewhere' }
      : undefined,

  async createCluster(spec, record, { signal, progress }) {
    clusters += 1;
    const handle = {
      backend: 'stand-in',
      id: `stand-in-${process.pid}-${clusters}`,
      facts: { pid: process.pid },
    };
    called(`createCluster ${spec.lab} ${spec.nodes.map(({ name }) => name).join(',')}`);
    progress?.('making the stand-in');
    await record(handle);
    save(handle, { spec, pods: {} });
    await delay(behaviour().slow ?? 0, undefined, { signal });
    const failed = behaviour().failNode;
    if (spec.nodes.some(({ name }) => name === failed)) throw new Error(`node ${failed} did not start`);
    return handle;
  },
  async updateCluster(handle, _old, spec) {
    called(`updateCluster ${spec.nodes.map(({ name }) => name).join(',')}`);
    save(handle, { ...load(handle), spec });
  },
  isAlive: async (handle) => existsSync(fileOf(handle)),
  async deleteCluster(handle) {
    called('deleteCluster');
    rmSync(fileOf(handle), { force: true });
  },
  clusterDrift: async () => drift('cluster', 'node-1'),

  async applyNetwork(handle, nodes, network) {
    called(`applyNetwork ${network.type} mtu=${network.mtu} ${nodes.map(({ name }) => name).join(',')}`);
    save(handle, { ...load(handle), network });
  },
  networkDrift: async () => drift('network', 'node-1'),
  async deleteNetwork(handle) {
    called('deleteNetwork');
    const { network: _, ...state } = load(handle);
    save(handle, state);
  },

  async applyWorkload(handle, workload, pods) {
    const state = load(handle);
    const old = state.pods[workload] ?? [];
    const { failPod, dead = [] } = behaviour();
    const kept = old.filter(
      ({ wanted, status }) =>
        !dead.includes(status.name) && pods.some((pod) => JSON.stringify(pod) === JSON.stringify(wanted)),
    );
    const made = [...kept];
    const store = () => save(handle, { ...load(handle), pods: { ...load(handle).pods, [workload]: made } });
    for (const { wanted } of old)
      if (!kept.some((one) => one.wanted.name === wanted.name)) called(`DEL ${wanted.name}`);
    for (const pod of pods) {
      if (kept.some(({ wanted }) => wanted.name === pod.name)) continue;
      if (pod.name === failPod) {
        store();
        throw new Error(`plugin ptp failed (on ${pod.node}): ADD ${pod.name}\nno more addresses`);
      }
      called(`ADD ${pod.name}`);
      made.push({ wanted: pod, status: statusOf(pod) });
    }
    store();
    return made.map(({ status }) => status);
  },
  workloadDrift: async (_handle, workload) => drift('workload', workload),
  deadPods: async (_handle, pods) =>
    pods.map(({ name }) => name).filter((name) => behaviour().dead?.includes(name)),
  async deleteWorkload(handle, workload) {
    called(`deleteWorkload ${workload}`);
    const state = load(handle);
    save(handle, { ...state, pods: { ...state.pods, [workload]: [] } });
  },

  connect: (handle) => standInCluster(handle, () => load(handle)),
  disconnect: async () => called('disconnect'),
};

export default standIn;
