// Which change touches what: the table that preview is made from.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  clusterInputs,
  experimentInputs,
  network,
  networkInputs,
  node,
  outside,
  pod,
  UNKNOWN,
  urn,
  workloadInputs,
} from '../support/provider-fixtures.ts';
import { type Data, type ProviderProcess, startProvider } from '../support/provider-process.ts';

let provider: ProviderProcess;
let handle: Data;
const states: Record<string, Data> = {};

beforeAll(async () => {
  provider = await startProvider();
  const cluster = await provider.create(urn('Cluster'), clusterInputs());
  handle = cluster.state.handle;
  states.Cluster = cluster.state;
  states.Network = (await provider.create(urn('Network'), networkInputs(handle))).state;
  states.Workload = (await provider.create(urn('Workload'), workloadInputs(handle))).state;
  states.Experiment = (await provider.create(urn('Experiment'), experimentInputs(handle, 'hello\n'))).state;
});
beforeEach(() => provider.behave({}));
afterAll(() => provider.stop());

const news: Record<string, (more?: Data) => Data> = {
  Cluster: (more) => clusterInputs(more),
  Network: (more) => networkInputs(handle, more),
  Workload: (more) => workloadInputs(handle, more),
  Experiment: (more) => experimentInputs(handle, 'hello\n', more),
};
const diff = (type: string, more?: Data, state: Data = {}) =>
  provider.diff(urn(type), { ...states[type], ...state }, news[type]?.(more) as Data);

type Row = readonly [
  string,
  string,
  () => Data,
  'nothing' | 'update' | 'replace',
  Readonly<Record<string, string>>,
];
const table: readonly Row[] = [
  ['nothing', 'Cluster', () => ({}), 'nothing', {}],
  ['nothing', 'Network', () => ({}), 'nothing', {}],
  ['nothing', 'Workload', () => ({}), 'nothing', {}],
  ['nothing', 'Experiment', () => ({}), 'nothing', {}],

  [
    'another checkout or backend URL',
    'Cluster',
    () => ({ origin: { project: 'p', backendUrl: 'u', checkout: 'c', labFile: 'f' } }),
    'nothing',
    {},
  ],
  ['settings that say nothing', 'Cluster', () => ({ settings: {} }), 'nothing', {}],
  [
    'a setting of the backend, where there was none',
    'Cluster',
    () => ({ settings: { answer: 'hi' } }),
    'replace',
    { 'settings.answer': 'ADD_REPLACE' },
  ],
  ['a node more', 'Cluster', () => ({ nodes: [node(1), node(2), node(3)] }), 'update', { 'nodes[2]': 'ADD' }],
  [
    'a role',
    'Cluster',
    () => ({ nodes: [node(1), node(2, { role: 'control-plane' })] }),
    'update',
    { 'nodes[1].role': 'UPDATE' },
  ],
  ['a node less', 'Cluster', () => ({ nodes: [node(1)] }), 'replace', { 'nodes[1]': 'DELETE_REPLACE' }],
  [
    "a node's address",
    'Cluster',
    () => ({ nodes: [node(1), node(2, { address: '192.168.49.9' })] }),
    'replace',
    { 'nodes[1].address': 'UPDATE_REPLACE' },
  ],
  [
    "a node's podCIDR",
    'Cluster',
    () => ({ nodes: [node(1), node(2, { podCIDR: '10.244.9.0/24' })] }),
    'replace',
    { 'nodes[1].podCIDR': 'UPDATE_REPLACE' },
  ],
  [
    'the underlay',
    'Cluster',
    () => ({ underlay: { cidr: '192.168.50.0/24', gateway: '192.168.50.1' } }),
    'replace',
    { 'underlay.cidr': 'UPDATE_REPLACE', 'underlay.gateway': 'UPDATE_REPLACE' },
  ],
  ['a way out', 'Cluster', () => ({ outside: outside() }), 'update', { outside: 'ADD' }],
  ['the isolation', 'Cluster', () => ({ isolation: 'root' }), 'replace', { isolation: 'UPDATE_REPLACE' }],
  ['the backend', 'Cluster', () => ({ backend: 'netns' }), 'replace', { backend: 'UPDATE_REPLACE' }],

  [
    'the MTU',
    'Network',
    () => ({ network: network({ mtu: 1400 }), revision: 'r2' }),
    'update',
    { 'network.mtu': 'UPDATE', revision: 'UPDATE' },
  ],
  [
    'a conflist',
    'Network',
    () => ({ network: network({ configs: { '10-a.conflist': '{}' } }), revision: 'r2' }),
    'update',
    { 'network.configs["10-a.conflist"]': 'ADD', revision: 'UPDATE' },
  ],
  ['a node more', 'Network', () => ({ nodes: [node(1), node(2), node(3)] }), 'update', { 'nodes[2]': 'ADD' }],
  [
    'the type',
    'Network',
    () => ({ network: network({ type: 'flannel' }), revision: 'r2' }),
    'replace',
    { 'network.type': 'UPDATE_REPLACE', revision: 'UPDATE' },
  ],
  [
    'a cluster not known yet',
    'Network',
    () => ({ clusterHandle: UNKNOWN }),
    'replace',
    { clusterHandle: 'UPDATE_REPLACE' },
  ],

  [
    'another network revision',
    'Workload',
    () => ({ networkRevision: 'r2' }),
    'replace',
    { networkRevision: 'UPDATE_REPLACE' },
  ],
  [
    'a network revision not known yet',
    'Workload',
    () => ({ networkRevision: UNKNOWN }),
    'replace',
    { networkRevision: 'UPDATE_REPLACE' },
  ],
  [
    "a pod's node",
    'Workload',
    () => ({ pods: [pod(1), pod(2, { node: 'node-1' })] }),
    'update',
    { 'pods[1].node': 'UPDATE' },
  ],
  ['a replica more', 'Workload', () => ({ pods: [pod(1), pod(2), pod(3)] }), 'update', { 'pods[2]': 'ADD' }],
  ['a replica less', 'Workload', () => ({ pods: [pod(1)] }), 'update', { 'pods[1]': 'DELETE' }],
  [
    'another address asked for',
    'Workload',
    () => ({ pods: [pod(1, { address: '10.244.0.77' }), pod(2)] }),
    'nothing',
    {},
  ],
  ['another place in the file', 'Workload', () => ({ order: 7 }), 'update', { order: 'UPDATE' }],

  ['what it observes', 'Experiment', () => ({ observes: 'o2' }), 'update', { observes: 'UPDATE' }],
  [
    'what it observes, not known yet',
    'Experiment',
    () => ({ observes: UNKNOWN }),
    'update',
    { observes: 'UPDATE' },
  ],
  ['another place in the file', 'Experiment', () => ({ order: 7 }), 'nothing', {}],
  [
    'the cluster',
    'Experiment',
    () => ({ clusterHandle: { ...handle, id: 'other' } }),
    'replace',
    { 'clusterHandle.id': 'UPDATE_REPLACE' },
  ],
];

test.each(table)('%s (%s)', async (_, type, more, kind, properties) => {
  const found = await diff(type, more());
  expect(found.properties).toEqual(properties);
  expect({ changes: found.changes, replaces: found.replaces.length > 0, first: found.deleteFirst }).toEqual({
    changes: kind !== 'nothing',
    replaces: kind === 'replace',
    first: true,
  });
});

test.each([
  ['goes', {}, { outside: 'DELETE_REPLACE' }],
  ['changes', { outside: outside({ cidr: '198.51.100.0/24' }) }, { 'outside.cidr': 'UPDATE_REPLACE' }],
])('a way out that %s takes the cluster with it', async (_, more, properties) => {
  const state = { ...states.Cluster, outside: outside() };
  const found = await provider.diff(urn('Cluster'), state, clusterInputs(more));
  expect(found.properties).toEqual(properties);
});

test.each([
  ['goes', {}, { 'settings.answer': 'DELETE_REPLACE' }],
  ['changes', { settings: { answer: 'ho' } }, { 'settings.answer': 'UPDATE_REPLACE' }],
  ['stays', { settings: { answer: 'hi' } }, {}],
])('a setting that %s', async (_, more, properties) => {
  const state = { ...states.Cluster, settings: { answer: 'hi' } };
  const found = await provider.diff(urn('Cluster'), state, clusterInputs(more));
  expect(found.properties).toEqual(properties);
});

test('an experiment that changed is the only thing that changes', async () => {
  const inputs = experimentInputs(handle, 'goodbye\n');
  const found = await provider.diff(urn('Experiment'), states.Experiment as Data, inputs);
  expect(found).toMatchObject({
    replaces: [],
    properties: { definition: 'UPDATE' },
  });
});

test('an experiment that failed the last run runs again, one that is only recorded does not', async () => {
  expect(await diff('Experiment', {}, { verdict: 'fail' })).toMatchObject({
    properties: { verdict: 'UPDATE' },
  });
  const recorded = experimentInputs(handle, 'hello\n', { experiment: { onFailure: 'record' } });
  const state = { ...states.Experiment, ...recorded, verdict: 'inconclusive' };
  const found = await provider.diff(urn('Experiment'), state, recorded);
  expect(found.changes).toBe(false);
});

test('a pod that died is made again by plain up, and named', async () => {
  provider.behave({ dead: ['web-2'] });
  expect(await diff('Workload')).toMatchObject({ replaces: [], properties: { 'podStatus[1]': 'UPDATE' } });
});

test('what refresh found is mended in place', async () => {
  for (const type of ['Cluster', 'Network', 'Workload']) {
    const found = await diff(type, {}, { drift: ['something'] });
    expect(found, type).toMatchObject({ replaces: [], properties: { drift: 'UPDATE' } });
  }
});

test('in preview an update keeps the handle, so that what is on the cluster is not said to be replaced', async () => {
  const inputs = clusterInputs({ nodes: [node(1), node(2), node(3)] });
  const state = await provider.update(urn('Cluster'), handle.id, states.Cluster as Data, inputs, true);
  expect(state).toEqual({ ...inputs, handle });
  expect(await provider.create(urn('Cluster'), inputs, true)).toEqual({ id: '', state: inputs });
});

test('a record that is gone, or of another cluster, means a rebuild', async () => {
  const record = provider.record('lab') as Data;
  provider.writeRecord('lab', { ...record, handle: { ...handle, id: 'other' } });
  expect(await diff('Cluster')).toMatchObject({ properties: { handle: 'UPDATE_REPLACE' } });
  provider.writeRecord('lab', record);
  expect(await diff('Cluster')).toMatchObject({ changes: false });
});

test('a cluster that is gone is rebuilt by plain up', async () => {
  provider.kill(handle.id);
  expect(await diff('Cluster')).toMatchObject({
    replaces: ['handle'],
    properties: { handle: 'UPDATE_REPLACE' },
  });
});
