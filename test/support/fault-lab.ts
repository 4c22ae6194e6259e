// A lab that is up, for tests that break it: what a fault looks like from its pods, and what a diagnosis says.
import { expect } from 'vitest';
import type { Cluster } from '../../infra/backends/backend.ts';
import { netnsBackend } from '../../infra/backends/netns/netns-backend.ts';
import { type Diagnosis, diagnose } from '../../infra/diagnose/diagnose.ts';
import { FAULTS } from '../../infra/faults/catalogue.ts';
import { type Effect, type FaultPlan, type Flow, planFault } from '../../infra/faults/fault.ts';
import { flowArgv } from '../../infra/faults/flow-argv.ts';
import { sceneOf } from '../../infra/faults/scene.ts';
import type { SnapshotChange } from '../../infra/observe/changes/snapshot-changes.ts';
import { observeLab } from '../../infra/observe/observe-lab.ts';
import { observePaths } from '../../infra/observe/observe-paths.ts';
import type { FdbRow, LabSnapshot, NeighbourRow } from '../../infra/observe/snapshot.ts';
import { recordedLab, type StackRecord } from '../../infra/state/stack-store.ts';

export class FaultLab {
  readonly record: StackRecord;
  readonly cluster: Cluster;

  constructor(record: StackRecord) {
    this.record = record;
    this.cluster = netnsBackend.connect(record.handle);
  }

  async close(): Promise<void> {
    await netnsBackend.disconnect(this.record.handle);
  }

  picture(): Promise<LabSnapshot> {
    return observeLab(this.cluster, recordedLab(this.record));
  }

  async diagnosis(): Promise<Diagnosis> {
    const { lab, beyond } = await observePaths(this.cluster, recordedLab(this.record));
    return diagnose(lab, beyond);
  }

  /** @throws when the lab as it stands has nothing that could break so */
  async plan(name: string): Promise<FaultPlan> {
    const plan = (await this.plans()).get(name);
    if (!plan) throw new Error(`${name} does not apply`);
    return plan;
  }

  /** Of all faults that the lab as it stands can have, in the order of the catalogue. */
  async plans(): Promise<ReadonlyMap<string, FaultPlan>> {
    const scene = sceneOf(await this.picture());
    return new Map(
      FAULTS.flatMap((fault) => {
        const plan = scene && planFault(fault, scene);
        return plan ? [[fault.name, plan] as const] : [];
      }),
    );
  }

  /** Runs it on a node or pod. @returns whether it ended with 0, and what it printed */
  async on(host: string, ...argv: readonly string[]) {
    const { exitCode, stdout } = await this.cluster.host(host).run(argv);
    return { worked: exitCode === 0, stdout };
  }

  /** A ping, or a connection, as the flow is. */
  async ask(flow: Flow) {
    const address = await this.#addressOf(flow.to);
    const { worked, stdout } = await this.on(flow.from, ...flowArgv(flow, address));
    return { answered: worked, tooBig: /mtu ?= ?\d+|message too long/i.test(stdout) };
  }

  /** Fails unless the fault that is in shows as its plan says. */
  async shows(plan: FaultPlan): Promise<void> {
    await this.#shown[plan.effect](plan);
  }

  readonly #shown: Record<Effect, (plan: FaultPlan) => Promise<void>> = {
    unanswered: async ({ flow }) => expect(await this.ask(flow)).toMatchObject({ answered: false }),
    'too-big': async ({ flow }) => {
      expect(await this.ask(flow)).toEqual({ answered: false, tooBig: true });
      expect(await this.ask({ from: flow.from, to: flow.to })).toMatchObject({ answered: true });
    },
    rewritten: async ({ flow }) => {
      const source = await this.#addressOf(flow.from);
      const lines = await this.#seenAt(flow.to, 'eth0', 'icmp[icmptype] == icmp-echo', () => this.ask(flow));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter((line) => line.includes(` ${source} > `))).toEqual([]);
    },
    ambiguous: async ({ flow }) => {
      const target = (await this.cluster.pods()).find(({ name }) => name === flow.to);
      const [node, address] = [target?.node ?? '', target?.address ?? ''];
      const host = (await this.picture()).hosts[node];
      const bridge = host?.interfaces.find(({ name }) => name === target?.hostVeth)?.master ?? '';
      const replies = await this.#seenAt(node, bridge, 'arp', () => this.ask(flow));
      const answers = replies.flatMap(
        (line) => new RegExp(`Reply ${address} is-at (\\S+),`).exec(line)?.[1] ?? [],
      );
      expect(new Set(answers).size).toBe(2);
    },
    refused: async ({ flow }) => {
      expect(await this.ask(flow)).toMatchObject({ answered: false });
      const pod = recordedLab(this.record)
        .workloads.flatMap(({ pods }) => pods)
        .find(({ node, ports }) => node === flow.to && ports.some(({ hostPort }) => hostPort === flow.port));
      const port = pod?.ports.find(({ hostPort }) => hostPort === flow.port)?.containerPort;
      if (!pod || port === undefined) throw new Error(`no pod has port ${flow.port} of ${flow.to}`);
      expect(await this.ask({ from: flow.from, to: pod.name, port })).toMatchObject({ answered: true });
    },
    'no-address': async ({ flow }) => {
      expect(await this.ask(flow)).toMatchObject({ answered: true });
      const pod = recordedLab(this.record)
        .workloads.flatMap(({ pods }) => pods)
        .find(({ name }) => name === flow.from);
      if (!pod) throw new Error(`there is no pod ${flow.from}`);
      const another = { ...pod, name: 'one-more', address: '', ports: [] };
      const op = { signal: new AbortController().signal };
      const made = netnsBackend.applyWorkload(this.record.handle, 'one-more', [another], op);
      await expect(made).rejects.toThrow(/no IP addresses available/);
      await netnsBackend.deleteWorkload(this.record.handle, 'one-more', op);
    },
  };

  async #addressOf(name: string): Promise<string> {
    const [nodes, pods] = await Promise.all([this.cluster.nodes(), this.cluster.pods()]);
    return [...pods, ...nodes].find((one) => one.name === name)?.address ?? '';
  }

  /** What a tap there sees while that happens, a line a packet. */
  async #seenAt(host: string, dev: string, filter: string, doing: () => Promise<unknown>) {
    const tap = await this.cluster.host(host).start(['tcpdump', '-lnni', dev, filter]);
    for await (const line of tap.stderrLines) if (line.includes('listening on')) break;
    await doing();
    const { stdout } = await tap.stop();
    return stdout.toString().trim().split('\n');
  }
}

/** A cause, or the culprit of a fault, in short. */
export function named({ host, subject }: { readonly host: string; readonly subject: string }): string {
  return `${host}: ${subject}`;
}

/** Not what the kernel has learned, or forgotten, of itself; nor the record of plugin calls. */
export function lasting({ table, before, after }: SnapshotChange): boolean {
  const row = after ?? before;
  if (table === 'neighbours') return (row as NeighbourRow).state === 'PERMANENT';
  if (table === 'fdb') return !(row as FdbRow).learned && !/^(01:00:5e|33:33)/.test((row as FdbRow).mac);
  return table !== 'cniCalls';
}
