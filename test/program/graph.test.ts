// The graph that a lab becomes: what there is, what waits for what, and what goes down with the cluster.
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { type LabArgs, LabComponent } from '../../infra/components/lab-component.ts';
import type { Lab } from '../../infra/lab/lab.ts';
import { loadLab } from '../../infra/lab/load.ts';
import { type Declared, graphOf } from '../support/program-graph.ts';

const LABS = path.resolve(import.meta.dirname, '../../labs');
const handle = { backend: 'stand-in', id: 'c1', facts: {} };
const outputsOf = (type: string, name: string) => ({
  ...(type.endsWith(':Cluster') && { handle, nodeStatus: [] }),
  ...(type.endsWith(':Workload') && { podStatus: [] }),
  ...(type.endsWith(':Experiment') && { verdict: 'pass' }),
  generation: `generation of ${name}`,
});
const graph = (lab: Lab, preview = false, settings?: LabArgs['settings']) =>
  graphOf(
    () =>
      new LabComponent(lab.name, {
        lab,
        stack: 'blue',
        backend: 'stand-in',
        isolation: 'auto',
        ...(settings && { settings }),
        origin: { project: 'cnilab', backendUrl: '', checkout: '', labFile: '' },
      }),
    outputsOf,
    preview,
  );
const line = ({ resource, parent, deletedWith, dependsOn }: Declared) =>
  `${resource} in ${parent || '-'}, goes with ${deletedWith || '-'}, after ${dependsOn.join(' ') || '-'}`;
const kindnet = await loadLab(path.join(LABS, 'kindnet'));

test.each(['kindnet', 'flannel'])('%s', async (name) => {
  const declared = await graph(await loadLab(path.join(LABS, name)));
  expect(declared.map(line).join('\n')).toMatchSnapshot();
});

test('a hundred pods of a workload are one resource', async () => {
  const workload = kindnet.workloads[0] as Lab['workloads'][number];
  const one = workload.pods[0] as Lab['workloads'][number]['pods'][number];
  const pods = Array.from({ length: 100 }, (_, index) => ({ ...one, name: `${workload.name}-${index}` }));
  const declared = await graph({ ...kindnet, workloads: [{ ...workload, pods }], experiments: [] });
  expect(declared.map(({ resource }) => resource)).toEqual([
    'Cluster::kindnet-cluster',
    'Lab::kindnet',
    'Network::kindnet-network',
    `Workload::kindnet-${workload.name}`,
  ]);
  expect(declared.at(-1)?.inputs.pods).toHaveLength(100);
});

test('a lab without nodes, workloads and experiments is a cluster and a network', async () => {
  const declared = await graph({ ...kindnet, nodes: [], workloads: [], experiments: [] });
  expect(declared.map(({ resource }) => resource)).toEqual([
    'Cluster::kindnet-cluster',
    'Lab::kindnet',
    'Network::kindnet-network',
  ]);
});

test.each([
  ['as many experiments as the engine works on at once are asked for at once', '3', 3],
  ['without a word from the engine, as many as it has by default on one processor', undefined, 4],
])('%s', async (_, parallel, places) => {
  vi.stubEnv('PULUMI_NODEJS_PARALLEL', parallel);
  const declared = await graph(kindnet);
  vi.unstubAllEnvs();
  const experiments = kindnet.experiments.map(({ name }) => `Experiment::kindnet-${name}`);
  const after = experiments.map(
    (name) =>
      declared
        .find(({ resource }) => resource === name)
        ?.dependsOn.filter((other) => other.startsWith('Experiment')) ?? [],
  );
  const none: readonly string[] = [];
  const leaving = experiments.slice(0, -places).map((name) => [name]);
  expect(after).toEqual([...Array(places).fill(none), ...leaving]);
});

test('experiments know their place in the lab file, which is the order they run in', async () => {
  const declared = await graph(kindnet);
  const orders = kindnet.experiments.map(
    ({ name }) => declared.find(({ resource }) => resource === `Experiment::kindnet-${name}`)?.inputs.order,
  );
  expect(orders).toEqual(kindnet.experiments.map((_, order) => order));
});

test('settings of the backend go to the cluster; without any, nothing is said of them', async () => {
  const inputs = async (settings?: LabArgs['settings']) =>
    (await graph(kindnet, false, settings)).find(({ resource }) => resource.startsWith('Cluster'))?.inputs;
  expect(await inputs({ image: 'a:1' })).toMatchObject({ settings: { image: 'a:1' } });
  expect(await inputs()).not.toHaveProperty('settings');
});

test('preview knows which pods will be wired anew, without asking anybody', async () => {
  const revision = async (lab: Lab) => {
    const declared = await graph(lab, true);
    return declared.find(({ resource }) => resource.startsWith('Workload'))?.inputs.networkRevision;
  };
  const before = await revision(kindnet);
  expect(before).toMatch(/^[0-9a-f]{16}$/);
  expect(await revision({ ...kindnet, network: { ...kindnet.network, mtu: 1400 } })).not.toBe(before);
});
