// What a change of the lab file touches: preview says it, up does that and nothing else.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { PodStatus } from '../../infra/backends/backend.ts';
import { netnsBackend } from '../../infra/backends/netns/netns-backend.ts';
import { LabSession, type LabStack } from '../support/lab-session.ts';

const base = {
  name: 'diffs',
  cluster: { nodes: [{ name: 'n1' }, { name: 'n2' }] },
  network: { type: 'kindnet', podCIDR: '10.244.0.0/16', mtu: 1500 },
  workloads: [
    { name: 'web', replicas: 2, nodes: ['n1', 'n2'] },
    { name: 'db', kind: 'pod', nodes: ['n1'] },
  ],
  experiments: [
    { name: 'web-ping', kind: 'ping', from: 'web-1', to: 'web-2', count: 1 },
    {
      name: 'db-name',
      kind: 'exec',
      steps: [{ in: 'db', command: ['hostname'], expect: { stdout: 'db\n' } }],
    },
  ],
};

describe('a change of the lab file', () => {
  let session: LabSession;
  let stack: LabStack;
  let file: string;
  const write = (lab: unknown) => writeFileSync(file, stringify(lab));
  const pods = async (): Promise<Record<string, PodStatus>> => {
    const record = await stack.record();
    if (!record) throw new Error('the lab is not up');
    const all = await netnsBackend.connect(record.handle).pods();
    return Object.fromEntries(all.map((pod) => [pod.name, pod]));
  };

  beforeAll(async () => {
    session = await LabSession.open();
    process.env.CNILAB_STATE_DIR = session.env.CNILAB_STATE_DIR;
    const directory = path.join(session.directory, 'diffs');
    mkdirSync(directory);
    file = path.join(directory, 'lab.yaml');
    write(base);
    stack = await session.stack(file);
    await stack.up();
  });

  afterAll(async () => {
    await session?.close();
  });

  it('of an experiment runs that experiment again, and touches nothing else', async () => {
    const before = await pods();
    const [ping, exec] = base.experiments;
    write({ ...base, experiments: [{ ...ping, count: 2 }, exec] });
    // And the verdict of the whole, which is made of all experiments.
    expect(await stack.preview()).toEqual({ update: 2 });
    await stack.up();
    expect(await pods()).toEqual(before);
    expect((await stack.results()).experiments[0]?.observed).toMatchObject({ transmitted: 2 });
    write(base);
    await stack.up();
  });

  it('of a replica count makes or removes that replica; pods that stay are not touched', async () => {
    const before = await pods();
    const [web, db] = base.workloads;
    write({ ...base, workloads: [{ ...web, replicas: 3 }, db] });
    // The workload, the experiment that observes it, and the verdict.
    expect(await stack.preview()).toEqual({ update: 3 });
    await stack.up();
    const { 'web-3': added, ...rest } = await pods();
    expect(added?.node).toBe('n1');
    // Its place in the lab file would give it the address that db has: a pod that stays keeps its own.
    expect(added?.address).not.toBe(before.db?.address);
    expect(rest).toEqual(before);
    write(base);
    await stack.up();
    expect(await pods()).toEqual(before);
  });

  it('of the place of a workload puts it in its place on record; no pod is touched, nothing is observed again', async () => {
    const before = await pods();
    const ran = (await stack.results()).experiments.map(({ name, startedAt }) => `${name} ${startedAt}`);
    const recorded = async () => (await stack.record())?.definition.workloads.map(({ name }) => name);
    const [web, db] = base.workloads;
    const [ping, exec] = base.experiments;
    write({
      ...base,
      workloads: [{ name: 'first', kind: 'pod', nodes: ['n1'] }, db, web],
      experiments: [exec, ping],
    });
    // The new one, the one whose number is another, and the verdict, whose experiments have changed places.
    expect(await stack.preview()).toEqual({ create: 1, update: 2 });
    expect(await recorded()).toEqual(['web', 'db']);
    await stack.up();
    const { first, ...rest } = await pods();
    expect(first?.node).toBe('n1');
    expect(rest).toEqual(before);
    expect(await recorded()).toEqual(['first', 'db', 'web']);
    const results = (await stack.results()).experiments;
    expect(results.map(({ name, startedAt }) => `${name} ${startedAt}`)).toEqual(ran.toReversed());
    write(base);
    await stack.up();
    expect(await recorded()).toEqual(['web', 'db']);
  });

  it("of a pod's node moves that pod only", async () => {
    const before = await pods();
    const [web, db] = base.workloads;
    write({ ...base, workloads: [{ ...web, nodes: ['n1', 'n1'] }, db] });
    expect(await stack.preview()).toEqual({ update: 3 });
    await stack.up();
    const after = await pods();
    expect(after['web-2']?.node).toBe('n1');
    expect({ ...after, 'web-2': undefined }).toEqual({ ...before, 'web-2': undefined });
    write(base);
    await stack.up();
  });

  it('of the MTU writes the conflists anew and wires every pod anew, in place', async () => {
    const before = await pods();
    write({ ...base, network: { ...base.network, mtu: 1400 } });
    // The network, both experiments and the verdict; both workloads.
    expect(await stack.preview()).toEqual({ update: 4, replace: 2 });
    await stack.up();
    const after = await pods();
    expect(after.db?.containerId).not.toBe(before.db?.containerId);
    const record = await stack.record();
    if (!record) throw new Error('the lab is not up');
    const { stdout } = await netnsBackend
      .connect(record.handle)
      .host('db')
      .run(['cat', '/sys/class/net/eth0/mtu']);
    expect(stdout).toBe('1400\n');
    expect(await stack.preview()).toEqual({});
  });

  it('adds a node without touching what runs on the others', async () => {
    const before = await pods();
    write({
      ...base,
      network: { ...base.network, mtu: 1400 },
      cluster: { nodes: [...base.cluster.nodes, { name: 'n3' }] },
      workloads: [...base.workloads, { name: 'new', kind: 'pod', nodes: ['n3'] }],
    });
    expect(await stack.preview()).toMatchObject({ create: 1 });
    await stack.up();
    const { new: added, ...rest } = await pods();
    expect(added?.node).toBe('n3');
    expect(rest).toEqual(before);
    const record = await stack.record();
    if (!record) throw new Error('the lab is not up');
    const ping = await netnsBackend
      .connect(record.handle)
      .host('new')
      .run(['ping', '-c1', '-W2', rest.db?.address ?? '']);
    expect(ping.exitCode).toBe(0);
  });
});
