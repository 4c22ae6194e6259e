// Every fault in every network it applies to: it shows as it is said to, a diagnosis names it and nothing else, and it is
// undone without a trace.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../infra/backends/backend.ts';
import { netnsBackend } from '../../infra/backends/netns/netns-backend.ts';
import { diagnose } from '../../infra/diagnose/diagnose.ts';
import { injectFault, repairFault } from '../../infra/faults/apply.ts';
import { FAULTS } from '../../infra/faults/catalogue.ts';
import { type Effect, type FaultPlan, type Flow, planFault } from '../../infra/faults/fault.ts';
import { sceneOf } from '../../infra/faults/scene.ts';
import { type SnapshotChange, snapshotChanges } from '../../infra/observe/changes/snapshot-changes.ts';
import { observeLab } from '../../infra/observe/observe-lab.ts';
import { observePaths } from '../../infra/observe/observe-paths.ts';
import type { FdbRow, NeighbourRow } from '../../infra/observe/snapshot.ts';
import { recordedLab, type StackRecord } from '../../infra/state/stack-store.ts';
import { LabSession, type LabStack } from '../support/lab-session.ts';

const EVERYWHERE = [
  ...['veth-down', 'mtu-too-small', 'route-missing', 'route-wrong-next-hop', 'forwarding-off'],
  ...['reverse-path-filter', 'pods-masqueraded', 'forward-drop', 'leases-leaked'],
];
const LABS = {
  kindnet: [...EVERYWHERE, 'pod-route-missing'],
  flannel: [
    ...[...EVERYWHERE, 'veth-out-of-bridge', 'bridge-down', 'duplicate-address'],
    ...[
      'vtep-neighbour-wrong',
      'vtep-forwarding-missing',
      'vtep-forwarding-wrong-node',
      'vtep-address-changed',
    ],
  ],
} as const;

/** Of the pairs each so many is tried; all of them with CNILAB_FAULT_PAIRS=all. */
const EVERY = process.env.CNILAB_FAULT_PAIRS === 'all' ? 1 : 6;
/** Where a VTEP's MAC has changed, its old one is known from two entries; with one of them broken nobody can tell which. */
const INDISTINCT = new Set([
  'vtep-neighbour-wrong vtep-address-changed',
  'vtep-forwarding-missing vtep-address-changed',
]);

describe.each(Object.entries(LABS))('faults of lab %s', (lab, names) => {
  let session: LabSession;
  let stack: LabStack;
  let record: StackRecord;
  let cluster: Cluster;

  beforeAll(async () => {
    session = await LabSession.open();
    process.env.CNILAB_STATE_DIR = session.env.CNILAB_STATE_DIR;
    stack = await session.stack(lab);
    await stack.up();
    record = (await stack.record()) as StackRecord;
    cluster = netnsBackend.connect(record.handle);
  });
  afterAll(async () => {
    if (record) await netnsBackend.disconnect(record.handle);
    await session?.close();
  });

  const picture = () => observeLab(cluster, recordedLab(record));
  const diagnosis = async () => {
    const { lab, beyond } = await observePaths(cluster, recordedLab(record));
    return diagnose(lab, beyond);
  };
  const addressOf = async (pod: string) =>
    (await cluster.pods()).find(({ name }) => name === pod)?.address ?? '';

  async function ping({ from, to, size, dontFragment }: Flow) {
    const options = [...(dontFragment ? ['-M', 'do'] : []), ...(size === undefined ? [] : ['-s', `${size}`])];
    const argv = ['ping', '-n', '-c', '2', '-i', '0.2', '-W', '1', ...options, await addressOf(to)];
    const { exitCode, stdout } = await cluster.host(from).run(argv);
    return { answered: exitCode === 0, tooBig: /mtu ?= ?\d+|message too long/i.test(stdout) };
  }

  /** What a tap in the pod sees while that happens, a line a packet. */
  async function seenAt(host: string, dev: string, filter: string, doing: () => Promise<unknown>) {
    const tap = await cluster.host(host).start(['tcpdump', '-lnni', dev, filter]);
    for await (const line of tap.stderrLines) if (line.includes('listening on')) break;
    await doing();
    const { stdout } = await tap.stop();
    return stdout.toString().trim().split('\n');
  }

  const shown: Record<Effect, (plan: FaultPlan) => Promise<void>> = {
    unanswered: async ({ flow }) => expect(await ping(flow)).toMatchObject({ answered: false }),
    'too-big': async ({ flow }) => {
      expect(await ping(flow)).toEqual({ answered: false, tooBig: true });
      expect(await ping({ from: flow.from, to: flow.to })).toMatchObject({ answered: true });
    },
    rewritten: async ({ flow }) => {
      const source = await addressOf(flow.from);
      const lines = await seenAt(flow.to, 'eth0', 'icmp[icmptype] == icmp-echo', () => ping(flow));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter((line) => line.includes(` ${source} > `))).toEqual([]);
    },
    ambiguous: async ({ flow }) => {
      const target = (await cluster.pods()).find(({ name }) => name === flow.to);
      const [node, address] = [target?.node ?? '', target?.address ?? ''];
      const host = await picture().then(({ hosts }) => hosts[node]);
      const bridge = host?.interfaces.find(({ name }) => name === target?.hostVeth)?.master ?? '';
      const replies = await seenAt(node, bridge, 'arp', () => ping(flow));
      const answers = replies.flatMap(
        (line) => new RegExp(`Reply ${address} is-at (\\S+),`).exec(line)?.[1] ?? [],
      );
      expect(new Set(answers).size).toBe(2);
    },
    'no-address': async ({ flow }) => {
      expect(await ping(flow)).toMatchObject({ answered: true });
      const pod = recordedLab(record)
        .workloads.flatMap(({ pods }) => pods)
        .find(({ name }) => name === flow.from);
      if (!pod) throw new Error(`there is no pod ${flow.from}`);
      const another = { ...pod, name: 'one-more', address: '' };
      const op = { signal: new AbortController().signal };
      const made = netnsBackend.applyWorkload(record.handle, 'one-more', [another], op);
      await expect(made).rejects.toThrow(/no IP addresses available/);
      await netnsBackend.deleteWorkload(record.handle, 'one-more', op);
    },
  };

  it('are those that this network can have', async () => {
    const scene = sceneOf(await picture());
    const applying = FAULTS.filter((fault) => scene && planFault(fault, scene)).map(({ name }) => name);
    expect(applying.toSorted()).toEqual([...names].toSorted());
  });

  it('are not found where there are none', async () => {
    expect(await diagnosis()).toMatchObject({ findings: [], undecided: [] });
  });

  it.each(names)('%s shows as it is said to, is found, and is undone without a trace', async (name) => {
    const before = await picture();
    const scene = sceneOf(before);
    const fault = FAULTS.find((one) => one.name === name);
    const plan = scene && fault && planFault(fault, scene);
    if (!plan) throw new Error(`${name} does not apply`);
    expect(await ping(plan.flow)).toMatchObject({ answered: true });
    await injectFault(cluster, plan);
    try {
      expect(snapshotChanges(before, await picture()).filter(lasting)).not.toEqual([]);
      await shown[plan.effect](plan);
      const { findings } = await diagnosis();
      expect(findings.map(named)).toEqual([named(plan.culprit)]);
    } finally {
      await repairFault(cluster, plan);
    }
    expect(await ping(plan.flow)).toMatchObject({ answered: true });
    expect((await diagnosis()).findings).toEqual([]);
    const left = snapshotChanges(before, await picture()).filter(lasting);
    expect(left.map(({ host, text }) => `${host}: ${text}`)).toEqual([]);
  });

  it('are found in pairs, one of them or both, and nothing else', { timeout: 600_000 }, async () => {
    const scene = sceneOf(await picture());
    const plans = FAULTS.flatMap((fault) => {
      const plan = scene && planFault(fault, scene);
      return plan ? [{ name: fault.name, plan, culprit: named(plan.culprit) }] : [];
    });
    const pairs = plans
      .flatMap((one, i) => plans.slice(i + 1).map((other) => [one, other] as const))
      .filter(
        ([one, other]) => one.culprit !== other.culprit && !INDISTINCT.has(`${one.name} ${other.name}`),
      );
    for (const [one, other] of pairs.filter((_, i) => i % EVERY === 0)) {
      const pair = `${one.name} ${other.name}`;
      await injectFault(cluster, one.plan);
      await injectFault(cluster, other.plan);
      const { findings } = await diagnosis();
      await repairFault(cluster, other.plan);
      await repairFault(cluster, one.plan);
      const found = findings.map(named);
      const culprits = [one.culprit, other.culprit];
      expect({ pair, found: found.length > 0 }).toEqual({ pair, found: true });
      expect({ pair, else: found.filter((cause) => !culprits.includes(cause)) }).toEqual({ pair, else: [] });
    }
  });

  it('come and go by command, by name or at random, each once', async () => {
    const fault = (...words: string[]) => session.cli(['fault', ...words, '--stack', stack.name]);
    const injected = async () =>
      (JSON.parse((await fault('list', '--json')).stdout) as { name: string; injected: boolean }[])
        .filter((row) => row.injected)
        .map(({ name }) => name);
    expect((await fault('inject', 'forward-drop')).stdout).toContain('Fault forward-drop is in lab');
    const twice = await fault('inject', 'forward-drop');
    expect(twice).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('already') });
    const misspelt = await fault('inject', 'forwrad-drop');
    expect(misspelt).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('did you mean') });
    const surprise = await fault('inject');
    const both = await injected();
    const second = both.find((name) => name !== 'forward-drop');
    expect([both.includes('forward-drop'), surprise.exitCode, surprise.stdout.includes(`${second}`)]).toEqual(
      [true, 0, false],
    );
    const sick = await session.cli(['diagnose', '--stack', stack.name]);
    expect(sick).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('found.') });
    const repaired = await fault('repair');
    expect(repaired).toMatchObject({ exitCode: 0, stderr: '' });
    expect(repaired.stdout).toMatch(new RegExp(`^Undone: ${second}\\. .*\\nUndone: forward-drop\\. `));
    expect(await injected()).toEqual([]);
    expect((await fault('repair')).stdout).toContain('There is no fault in lab');
    const well = await session.cli(['diagnose', '--stack', stack.name]);
    expect(well).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing wrong was found') });
  });

  it('the lab is as it was made, to refresh and to its own experiments', async () => {
    expect(await stack.refresh()).toEqual({});
    const { exitCode } = await session.cli(['verify', '--stack', stack.name]);
    expect(exitCode).toBe(0);
  });
});

function named({ host, subject }: { readonly host: string; readonly subject: string }): string {
  return `${host}: ${subject}`;
}

/** Not what the kernel has learned, or forgotten, of itself; nor the record of plugin calls. */
function lasting({ table, before, after }: SnapshotChange): boolean {
  const row = after ?? before;
  if (table === 'neighbours') return (row as NeighbourRow).state === 'PERMANENT';
  if (table === 'fdb') return !(row as FdbRow).learned && !/^(01:00:5e|33:33)/.test((row as FdbRow).mac);
  return table !== 'cniCalls';
}
