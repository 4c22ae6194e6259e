// Create, update, read, delete over real gRPC, in the order the engine would ask for them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  clusterInputs,
  experimentInputs,
  networkInputs,
  node,
  pod,
  urn,
  workloadInputs,
} from '../support/provider-fixtures.ts';
import { type Data, failure, type ProviderProcess, startProvider } from '../support/provider-process.ts';

let provider: ProviderProcess;
let cluster: { id: string; state: Data };
let web: { id: string; state: Data };
let experiment: { id: string; state: Data };

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.stop());

/** What is on record, in its order, each with its place in the lab file. */
const places = (list: 'workloads' | 'experiments') => {
  const items: readonly Data[] = provider.record('lab')?.definition[list];
  return items.map(({ name, order }) => `${order} ${name}`);
};

test('a cluster is made, and its inputs are kept beside what became of it', async () => {
  cluster = await provider.create(urn('Cluster'), clusterInputs());
  expect(cluster.state).toMatchObject({ ...clusterInputs(), complete: true, drift: [] });
  expect(cluster.id).toBe(cluster.state.handle.id);
  expect(cluster.state.nodeStatus.map(({ name }: Data) => name)).toEqual(['node-1', 'node-2']);
  expect(provider.record('lab')).toMatchObject({
    lab: 'trial',
    status: 'ready',
    project: 'cnilab',
    handle: cluster.state.handle,
    definition: { name: 'trial', nodes: [{ name: 'node-1' }, { name: 'node-2' }], workloads: [] },
  });
});

test('a network is applied and becomes part of the record', async () => {
  const { id, state } = await provider.create(urn('Network'), networkInputs(cluster.state.handle));
  expect(id).toBe(`${cluster.id}/network`);
  expect(state.drift).toEqual([]);
  expect(provider.record('lab')?.definition.network.type).toBe('kindnet');
});

test('a workload is one resource with all its pods', async () => {
  provider.asked();
  web = await provider.create(urn('Workload'), workloadInputs(cluster.state.handle));
  expect(web.state.podStatus.map(({ name }: Data) => name)).toEqual(['web-1', 'web-2']);
  expect(provider.asked()).toEqual(['ADD web-1', 'ADD web-2']);
});

test('another replica and a moved pod leave the other pods alone', async () => {
  const news = workloadInputs(cluster.state.handle, {
    pods: [pod(1), pod(2, { node: 'node-1' }), pod(3)],
  });
  const state = await provider.update(urn('Workload'), web.id, web.state, news);
  expect(provider.asked()).toEqual(['DEL web-2', 'ADD web-2', 'ADD web-3']);
  expect(state.podStatus[0]).toEqual(web.state.podStatus[0]);
  expect(state.generation).not.toBe(web.state.generation);
  web = { id: web.id, state };
});

test('another wish for an address does not move a pod that is there', async () => {
  const pods = web.state.pods.map((one: Data) => ({ ...one, address: '10.244.9.9' }));
  const news = workloadInputs(cluster.state.handle, { pods: [...pods, pod(4)] });
  web = { id: web.id, state: await provider.update(urn('Workload'), web.id, web.state, news) };
  expect(provider.asked()).toEqual(['ADD web-4']);
});

test('a workload before it in the lab file: its place goes on record, and nothing else is done', async () => {
  const news = workloadInputs(cluster.state.handle, { pods: web.state.pods, order: 1 });
  const moved = { ...web.state, order: 1 };
  expect(await provider.update(urn('Workload'), web.id, web.state, news, true)).toEqual(moved);
  expect(places('workloads')).toEqual(['0 web']);
  const inputs = workloadInputs(cluster.state.handle, { name: 'first', pods: [pod(5)], order: 0 });
  const first = await provider.create(urn('Workload'), inputs);
  expect(provider.asked()).toEqual(['ADD web-5']);
  expect(await provider.update(urn('Workload'), web.id, web.state, news)).toEqual(moved);
  expect(provider.asked()).toEqual([]);
  expect(places('workloads')).toEqual(['0 first', '1 web']);
  web = { id: web.id, state: moved };
  await provider.delete(urn('Workload'), first.id, first.state);
});

test('a workload that moves in the lab file while a pod of it is dead is mended as well', async () => {
  provider.behave({ dead: ['web-1'] });
  provider.asked();
  const news = workloadInputs(cluster.state.handle, { pods: web.state.pods, order: 0 });
  const preview = await provider.update(urn('Workload'), web.id, web.state, news, true);
  expect(preview).not.toHaveProperty('generation');
  const state = await provider.update(urn('Workload'), web.id, web.state, news);
  expect(provider.asked()).toEqual(['DEL web-1', 'ADD web-1']);
  expect(state.generation).not.toBe(web.state.generation);
  provider.behave({});
  web = { id: web.id, state };
});

test('an experiment runs, and its result is on disk and in the state', async () => {
  experiment = await provider.create(urn('Experiment'), experimentInputs(cluster.state.handle, 'hello\n'));
  expect(experiment.state).toMatchObject({ verdict: 'pass', notPassed: [] });
  expect(experiment.state.resultsFile).toBe(`${provider.stateDir}/stacks/lab/results/results.json`);
  expect(provider.record('lab')?.definition.experiments.map(({ name }: Data) => name)).toEqual([
    'says-hello',
  ]);
});

test('an experiment that fails is a result; the verdict fails the update, with expected and observed', async () => {
  const news = experimentInputs(cluster.state.handle, 'goodbye\n');
  const state = await provider.update(urn('Experiment'), experiment.id, experiment.state, news);
  expect(state).toMatchObject({ verdict: 'fail', notPassed: [expect.any(String)] });
  const verdicts = (onFailure: string) => ({
    clusterHandle: cluster.state.handle,
    experiments: [{ name: 'says-hello', onFailure, verdict: state.verdict, generation: state.generation }],
  });
  const failed = await failure(provider.create(urn('Verdict'), verdicts('fail')));
  expect(failed.message).toContain('experiment says-hello failed, 1 of 1 checks');
  expect(failed.message).toContain('"goodbye\\n"');
  expect(failed.message).toContain('"hello\\n"');
  expect(failed).toMatchObject({ id: `${cluster.id}/verdict`, state: verdicts('fail') });
  await provider.create(urn('Verdict'), verdicts('record'));
});

test('experiments that are asked for at once, in any order, run in the order of the lab file', async () => {
  const three = ['first', 'second', 'third'].map((name, order) => ({
    at: urn('Experiment', name),
    inputs: experimentInputs(cluster.state.handle, 'hello\n', { experiment: { name }, order }),
  }));
  for (const { at, inputs } of three) await provider.check(at, inputs);
  const made = await Promise.all(three.toReversed().map(({ at, inputs }) => provider.create(at, inputs)));
  const results: Data = JSON.parse(
    readFileSync(path.join(provider.stateDir, 'stacks/lab/results/results.json'), 'utf8'),
  );
  const byTime = results.experiments.toSorted((a: Data, b: Data) => (a.startedAt < b.startedAt ? -1 : 1));
  expect(byTime.slice(-3).map(({ name }: Data) => name)).toEqual(['first', 'second', 'third']);
  for (const [index, { id, state }] of made.entries()) {
    await provider.delete(three.at(-1 - index)?.at ?? '', id, state);
  }
});

test('an experiment before it in the lab file: the verdict of the whole puts both in order, on record and in the results', async () => {
  const handle = cluster.state.handle;
  const before = { experiment: { name: 'before' }, order: 0 };
  const added = await provider.create(urn('Experiment'), experimentInputs(handle, 'hello\n', before));
  const names = ['before', 'says-hello'];
  const passed = names.map((name) => ({ name, onFailure: 'fail', verdict: 'pass', generation: 'g' }));
  await provider.create(urn('Verdict'), { clusterHandle: handle, experiments: passed });
  expect(places('experiments')).toEqual(['0 before', '1 says-hello']);
  const results = JSON.parse(readFileSync(`${provider.stateDir}/stacks/lab/results/results.json`, 'utf8'));
  expect(results.experiments.map(({ name }: Data) => name)).toEqual(names);
  await provider.delete(urn('Experiment'), added.id, added.state);
});

test('refresh shows drift as an output, and an update clears it', async () => {
  provider.behave({ drift: { workload: 'eth0 is missing' } });
  const read = await provider.read(urn('Workload'), web.id, web.state);
  expect(read).toMatchObject({
    id: web.id,
    state: { drift: ['web: eth0 is missing'], pods: web.state.pods },
  });
  provider.behave({});
  const news = workloadInputs(cluster.state.handle, { pods: web.state.pods });
  expect(await provider.diff(urn('Workload'), read.state as Data, news)).toMatchObject({
    changes: true,
    replaces: [],
    properties: { drift: 'UPDATE' },
  });
  const mended = await provider.update(urn('Workload'), web.id, read.state as Data, news);
  expect(mended.drift).toEqual([]);
  web = { id: web.id, state: mended };
});

test('a node more is added in place', async () => {
  provider.asked();
  const news = clusterInputs({ nodes: [node(1), node(2), node(3)] });
  const state = await provider.update(urn('Cluster'), cluster.id, cluster.state, news);
  expect(provider.asked()).toEqual(['updateCluster node-1,node-2,node-3']);
  expect(state.handle).toEqual(cluster.state.handle);
  cluster = { id: cluster.id, state };
});

test('what is deleted leaves the record; the cluster takes the whole stack directory along', async () => {
  await provider.delete(urn('Experiment'), experiment.id, experiment.state);
  await provider.delete(urn('Workload'), web.id, web.state);
  expect(provider.record('lab')?.definition).toMatchObject({ experiments: [], workloads: [] });
  await provider.delete(urn('Cluster'), cluster.id, cluster.state);
  expect(provider.record('lab')).toBeUndefined();
  expect(provider.asked()).toEqual(['deleteWorkload web', 'deleteCluster']);
});

test('everything of a cluster that is gone reads as gone, and is deleted without complaint', async () => {
  for (const [type, state] of [
    ['Cluster', cluster.state],
    ['Workload', web.state],
    ['Experiment', experiment.state],
  ] as const) {
    expect(await provider.read(urn(type), 'id', state)).toMatchObject({ id: '' });
    await provider.delete(urn(type), 'id', state);
  }
});
