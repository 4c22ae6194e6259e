// What is half-made is recorded and can be taken down; what was stopped or refused leaves nothing.
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  clusterInputs,
  networkInputs,
  pod,
  SECRET,
  urn,
  workloadInputs,
} from '../support/provider-fixtures.ts';
import { type Data, failure, type ProviderProcess, startProvider } from '../support/provider-process.ts';

let provider: ProviderProcess;
beforeEach(async () => {
  provider = await startProvider();
});
afterEach(() => provider.stop());

test('a cluster whose node failed is recorded, deletable, and rebuilt by the next up', async () => {
  provider.behave({ failNode: 'node-2' });
  const failed = await failure(provider.create(urn('Cluster'), clusterInputs()));
  expect(failed).toMatchObject({
    message: 'node node-2 did not start',
    reasons: ['node node-2 did not start'],
    state: { ...clusterInputs(), complete: false },
  });
  expect(failed.state?.handle.id).toBe(failed.id);
  provider.behave({});
  const found = await provider.diff(urn('Cluster'), failed.state as Data, clusterInputs());
  expect(found.replaces).toEqual(['handle']);
  await provider.delete(urn('Cluster'), failed.id as string, failed.state as Data);
  expect(provider.asked().at(-1)).toBe('deleteCluster');
  expect(provider.record('lab')).toBeUndefined();
});

test('a workload with some of its pods is recorded with those, and an update makes the others', async () => {
  const { state: cluster } = await provider.create(urn('Cluster'), clusterInputs());
  provider.behave({ failPod: 'web-2' });
  const inputs = workloadInputs(cluster.handle);
  const failed = await failure(provider.create(urn('Workload'), inputs));
  expect(failed.message).toBe('plugin ptp failed (on node-2): ADD web-2\nno more addresses');
  expect(failed.message).not.toMatch(/\n\s+at /);
  expect(failed.state?.podStatus.map(({ name }: Data) => name)).toEqual(['web-1']);
  provider.behave({});
  provider.asked();
  const found = await provider.diff(urn('Workload'), failed.state as Data, inputs);
  expect(found).toMatchObject({ changes: true, replaces: [] });
  const state = await provider.update(urn('Workload'), failed.id as string, failed.state as Data, inputs);
  expect(provider.asked()).toEqual(['ADD web-2']);
  expect(state.drift).toEqual([]);
});

test('where nothing can be made, nothing is recorded, and the message says what to do', async () => {
  provider.behave({ unusable: true });
  expect(await failure(provider.create(urn('Cluster'), clusterInputs()))).toEqual({
    message: 'no namespaces here\nrun it elsewhere',
  });
  expect(provider.record('lab')).toBeUndefined();
});

test('a cancel during a slow create stops it and leaves nothing', async () => {
  provider.behave({ slow: 60_000 });
  const creating = failure(provider.create(urn('Cluster'), clusterInputs()));
  await expect.poll(() => provider.record('lab')?.status, { timeout: 30_000 }).toBe('creating');
  await provider.cancel();
  await provider.cancel();
  expect(await creating).toEqual({ message: 'stopped before it was done' });
  expect(provider.record('lab')).toBeUndefined();
  await expect.poll(() => provider.asked().join()).toContain('deleteCluster');
});

test('an orphan of the same state is removed before a new cluster is made', async () => {
  await provider.create(urn('Cluster'), clusterInputs());
  provider.asked();
  await provider.create(urn('Cluster'), clusterInputs());
  expect(provider.asked()).toEqual(['deleteCluster', 'createCluster trial node-1,node-2']);
});

test("somebody else's lab under the same stack is left alone, and preview already says so", async () => {
  const { state } = await provider.create(urn('Cluster'), clusterInputs());
  provider.asked();
  const mine = clusterInputs({ origin: { ...clusterInputs().origin, backendUrl: 'file:///other' } });
  const reason = /a lab is already up under stack "lab" \(lab trial, since .* choose another --stack/;
  expect((await provider.check(urn('Cluster'), mine)).failures).toEqual([expect.stringMatching(reason)]);
  expect((await failure(provider.create(urn('Cluster'), mine))).message).toMatch(reason);
  expect(provider.asked()).toEqual([]);
  expect(provider.record('lab')?.handle).toEqual(state.handle);
});

test("what is left of somebody else's dead lab is cleared away", async () => {
  const { state } = await provider.create(urn('Cluster'), clusterInputs());
  provider.kill(state.handle.id);
  const mine = clusterInputs({ origin: { ...clusterInputs().origin, backendUrl: 'file:///other' } });
  expect((await provider.check(urn('Cluster'), mine)).failures).toEqual([]);
  await provider.create(urn('Cluster'), mine);
  expect(provider.record('lab')?.backendUrl).toBe('file:///other');
});

test('secrets stay secret in state, in what is computed from them, and in messages', async () => {
  const { state: cluster } = await provider.create(urn('Cluster'), clusterInputs());
  const annotations = SECRET({ token: 'hunter2' });
  const inputs = workloadInputs(cluster.handle, { pods: [pod(1, { annotations }), pod(2)] });
  const { state } = await provider.create(urn('Workload'), inputs);
  expect(state).toMatchObject(inputs);
  const { pods: _, ...computed } = state;
  expect(JSON.stringify(computed.applied)).toContain('hunter2');
  expect(computed.applied).toEqual(SECRET(expect.anything()));
  expect((await provider.diff(urn('Workload'), state, inputs)).changes).toBe(false);

  const nodes = [{ ...clusterInputs().nodes[0], name: SECRET('hunter2') }];
  provider.behave({ failNode: 'hunter2' });
  const failed = await failure(provider.create(urn('Cluster', 'other'), clusterInputs({ nodes })));
  expect(failed.message).toBe('node [secret] did not start');
});

test('a network on a cluster that is gone says so, and is recorded as not made', async () => {
  const { state } = await provider.create(urn('Cluster'), clusterInputs());
  provider.kill(state.handle.id);
  const failed = await failure(provider.create(urn('Network'), networkInputs(state.handle)));
  expect(failed.message).toContain('is gone');
  expect(await provider.read(urn('Network'), failed.id as string, failed.state as Data)).toMatchObject({
    id: '',
  });
});

test('a change that was cut off before the engine saved it is no secret to the next up', async () => {
  const { state: cluster } = await provider.create(urn('Cluster'), clusterInputs());
  const network = networkInputs(cluster.handle);
  const { id, state } = await provider.create(urn('Network'), network);
  const workload = workloadInputs(cluster.handle);
  const made = await provider.create(urn('Workload'), workload);
  expect(await provider.diff(urn('Network'), state, network)).toMatchObject({ changes: false });
  expect(await provider.diff(urn('Workload'), made.state, workload)).toMatchObject({ changes: false });
  // The engine is killed here: its state is still the one before.
  const wider = { ...network, network: { ...(network.network as Data), mtu: 1400 } };
  await provider.update(urn('Network'), id, state, wider);
  const more = { ...workload, pods: [...(workload.pods as Data[]), pod(9)] };
  await provider.update(urn('Workload'), made.id, made.state, more);
  // Put back, the lab file asks for what the old state says is there.
  expect(await provider.diff(urn('Network'), state, network)).toMatchObject({ changes: true, replaces: [] });
  const back = await provider.diff(urn('Workload'), made.state, workload);
  expect(back).toMatchObject({ changes: true, replaces: ['generation'] });
  // What was wanted then goes on.
  expect(await provider.diff(urn('Workload'), made.state, more)).toMatchObject({
    changes: true,
    replaces: [],
  });
  provider.asked();
  await provider.create(urn('Workload'), workload);
  expect(provider.asked()[0]).toMatch(/^deleteWorkload|^DEL /);
});
