// Learning experiments against a real kernel: two pods on a bridge, in namespaces of the test's own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../infra/backends/backend.ts';
import type { Host, Running } from '../../../infra/backends/host.ts';
import type { ExperimentResult } from '../../../infra/experiments/result.ts';
import { runExperiment } from '../../../infra/experiments/run-experiment.ts';
import { labFile } from '../../../infra/lab/schema.ts';
import { type BridgedCluster, bridgedCluster, canCapture } from '../../support/bridged-cluster.ts';

let bridged: BridgedCluster;
let resultsDir: string;

beforeAll(async () => {
  [bridged, resultsDir] = await Promise.all([bridgedCluster(), mkdtemp(path.join(tmpdir(), 'results-'))]);
});
afterAll(async () => {
  await bridged?.close();
  await rm(resultsDir, { recursive: true, force: true });
});

const ping = { from: 'pod-1', to: 'pod-2', count: 2, interval: 0.01, timeout: 1 };
const onNode = (...command: readonly string[]) => ({ in: 'node-1', command });
function learn(raw: object, options: { cluster?: Cluster; signal?: AbortSignal } = {}) {
  const { cluster = bridged.cluster, signal = new AbortController().signal } = options;
  const experiment = labFile.shape.experiments
    .unwrap()
    .element.parse({ kind: 'learning', name: 'learn', forget: ['pod-1', 'pod-2', 'node-1'], ping, ...raw });
  return runExperiment({ cluster, lab: bridged.lab, resultsDir, signal }, experiment);
}

interface Seen {
  readonly taps: readonly { readonly name: string }[];
  readonly changes: readonly {
    readonly host: string;
    readonly table: string;
    readonly change: string;
    readonly mac?: string;
    readonly seenBy: string;
    readonly causedBy: { readonly tap: string; readonly packet: string; readonly seq?: number } | null;
  }[];
  readonly bridged: readonly {
    readonly packet: string;
    readonly seq?: number;
    readonly in: string;
    readonly out: readonly string[];
    readonly flooded?: boolean;
  }[];
}

const seenBy = ({ observed }: ExperimentResult) => observed as unknown as Seen;

/** `node-1 fdb added 02:…:01 ← arp-request at pod-1-veth` */
function told(result: ExperimentResult): readonly string[] {
  return seenBy(result).changes.map(({ host, table, change, mac, causedBy }) => {
    const cause = causedBy && [causedBy.packet, causedBy.seq, 'at', causedBy.tap].filter(Boolean).join(' ');
    return [host, table, change, mac, '←', cause].filter((part) => part !== undefined).join(' ');
  });
}

const FIRST_PING = [
  'node-1 fdb added 02:00:00:00:00:01 ← arp-request at pod-1-veth',
  'node-1 fdb added 02:00:00:00:00:02 ← arp-reply at pod-2-veth',
  'pod-1 neighbours added 02:00:00:00:00:02 ← arp-reply at pod-1-eth0',
  'pod-2 neighbours added 02:00:00:00:00:01 ← arp-request at pod-2-eth0',
];

describe.skipIf(!canCapture)('learning', () => {
  it('listens around the bridge, and names the packet behind each change', async () => {
    const result = await learn({});
    expect(result).toMatchObject({ verdict: 'pass', artifacts: ['captures/learn.pcapng'] });
    expect(result.checks.map(({ name }) => name)).toEqual(['every request is answered']);
    expect(seenBy(result).taps.map(({ name }) => name)).toEqual([
      'pod-1-eth0',
      'pod-1-veth',
      'cni0',
      'pod-2-veth',
      'pod-2-eth0',
    ]);
    expect(told(result)).toEqual(FIRST_PING);
  });

  it('sees what a connection was tracked for, where the kernel tracks any', async () => {
    const nft = (...command: readonly string[]) => ({ in: 'pod-1', command: ['nft', ...command] });
    const before = [
      nft('add table ip track'),
      nft('add chain ip track out { type filter hook output priority 0; }'),
      nft('add rule ip track out ct state new counter'),
    ];
    const result = await learn({ before, cleanup: [nft('delete table ip track')] });
    expect(told(result)).toEqual([
      ...FIRST_PING.slice(0, 3),
      'pod-1 conntrack added ← echo-request 1 at pod-1-eth0',
      FIRST_PING[3],
    ]);
    expect(seenBy(result).changes[3]).toMatchObject({
      protocol: 'icmp',
      src: '10.42.0.2',
      dst: '10.42.0.3',
      reply: { src: '10.42.0.3', dst: '10.42.0.2' },
      replied: true,
      seenBy: 'reading',
    });
  });

  it('tells a flood from a frame for a known MAC, hairpin ports included', async () => {
    const forgotten = onNode('bridge', 'fdb', 'del', '${pod-2.mac}', 'dev', '${pod-2.hostVeth}', 'master');
    const result = await learn({
      before: [
        onNode('bridge', 'link', 'set', 'dev', '${pod-1.hostVeth}', 'hairpin', 'on'),
        { in: 'pod-1', command: ['ping', '-n', '-c', '1', '${pod-2.address}'] },
        forgotten,
      ],
      cleanup: [onNode('bridge', 'link', 'set', 'dev', '${pod-1.hostVeth}', 'hairpin', 'off')],
    });
    const requests = seenBy(result).bridged.filter(({ packet }) => packet === 'echo-request');
    expect(requests).toMatchObject([
      { seq: 1, in: 'pod-1-veth', out: ['pod-1-veth', 'pod-2-veth'], flooded: true },
      { seq: 2, in: 'pod-1-veth', out: ['pod-2-veth'], flooded: false },
    ]);
    expect(told(result)).toEqual(['node-1 fdb added 02:00:00:00:00:02 ← echo-reply 1 at pod-2-veth']);
  });

  it('what the node itself sends comes in at the bridge', async () => {
    const result = await learn({ ping: { ...ping, from: 'node-1', to: 'pod-2', count: 1 } });
    expect(result.verdict).toBe('pass');
    const [question, answer] = seenBy(result).bridged;
    expect(question).toMatchObject({ packet: 'arp-request', in: 'cni0', out: ['pod-2-veth', 'pod-1-veth'] });
    expect(question).toMatchObject({ flooded: true });
    expect(answer).toMatchObject({ packet: 'arp-reply', in: 'pod-2-veth', out: [] });
    expect(told(result)).toContain('node-1 neighbours added 02:00:00:00:00:02 ← arp-reply at cni0');
  });

  it('counts a question that nobody answers as nothing learned', async () => {
    const result = await learn({ ping: { ...ping, to: '10.42.0.99', count: 1, timeout: 0.1 } });
    expect(told(result)).toEqual(['node-1 fdb added 02:00:00:00:00:01 ← arp-request at pod-1-veth']);
  });

  it('says so when a host cannot be made to forget', async () => {
    const result = await learn({}, { cluster: withoutFlush(bridged.cluster) });
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/^\S+ cannot be made to forget what it has learned: .*no-such-program/),
    });
  });

  it('misses no change when the monitors die, only when it happened', async () => {
    const result = await learn({}, { cluster: withDyingMonitors(bridged.cluster) });
    expect(told(result)).toEqual(FIRST_PING);
    expect(new Set(seenBy(result).changes.map((change) => change.seenBy))).toEqual(new Set(['reading']));
  });

  it('waits for what is to come', async () => {
    const gone = { host: 'node-1', table: 'fdb', change: 'removed', mac: '${pod-2.mac}' };
    const ageing = (centiseconds: string) =>
      onNode('ip', 'link', 'set', 'cni0', 'type', 'bridge', 'ageing_time', centiseconds);
    const result = await learn({
      before: [ageing('30')],
      waitFor: [gone],
      checks: [
        {
          name: 'it aged, a while after its last frame',
          select: 'changes',
          where: gone,
          expect: [{ aged: true, causedBy: null, lastFrame: { packet: 'echo-reply', seq: 2 } }],
        },
      ],
      cleanup: [ageing('30000')],
    });
    expect(result.checks.map(({ name, verdict, differences }) => [name, verdict, ...differences])).toEqual([
      ['it aged, a while after its last frame', 'pass'],
      ['what was waited for came within 10 s', 'pass'],
    ]);
    const { stdout } = await bridged.node.run(['ip', '-d', 'link', 'show', 'cni0']);
    expect(stdout).toContain(' ageing_time 30000 ');
  });

  it('fails when what was waited for does not come', async () => {
    const result = await learn({ waitFor: [{ table: 'fdb', change: 'removed' }], patience: 0.1 });
    expect(result.verdict).toBe('fail');
    expect(result.checks.at(-1)).toMatchObject({
      name: 'what was waited for came within 0.1 s',
      differences: ['no change matched {"table":"fdb","change":"removed"}'],
    });
  });

  it('takes nothing for shown by not having been seen where nobody looked', async () => {
    const none = (name: string, where: object, select = 'changes') => ({ name, select, where, expect: [] });
    const result = await learn({
      taps: [{ name: 'veth', at: 'node-1', dev: '${pod-2.hostVeth}' }],
      ping: { ...ping, from: 'node-1', to: '10.42.0.3' },
      checks: [
        none('looked at', { host: 'node-1', table: 'fdb', change: 'removed' }),
        none('not watched', { host: 'pod-1', table: 'fdb' }),
        none('no such tap', { tap: { $matches: '^lo' } }, 'packets'),
      ],
    });
    expect(result.checks.map(({ verdict, differences }) => [verdict, ...differences])).toEqual([
      ['pass'],
      ['inconclusive', 'nothing was watched there; watched were node-1'],
      ['inconclusive', 'no tap is called so; there are veth'],
    ]);
  });

  it('cleans up when it could not even begin, and when it is interrupted', async () => {
    const made = path.join(resultsDir, 'made');
    const step = (...command: readonly string[]) => onNode('sh', '-c', command.join(' '));
    const tidied = async () => (await bridged.node.run(['test', '-e', made])).exitCode !== 0;
    const cleanup = [step('rm', made)];
    const unready = await learn({ before: [step('touch', made), step('exit 7')], cleanup });
    expect(unready.reason).toMatch(/^the step "sh -c 'exit 7'" before the ping did not work: exitCode: /);
    expect(await tidied()).toBe(true);
    const abort = new AbortController();
    const waiting = learn(
      {
        before: [step('touch', made)],
        waitFor: [{ host: 'pod-1', change: 'removed' }],
        patience: 60,
        cleanup,
      },
      { signal: abort.signal },
    );
    while (await tidied()) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort();
    await expect(waiting).rejects.toThrow();
    expect(await tidied()).toBe(true);
  });

  it('says what is missing when there is no pod to listen around', async () => {
    const result = await learn({ ping: { ...ping, from: 'node-1', to: '10.42.0.1' } });
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      reason: 'neither node-1 nor 10.42.0.1 is a pod that there is: name the taps in the lab file',
    });
  });

  it('is inconclusive, with the program and its words, when nothing can be watched', async () => {
    const result = await learn({}, { cluster: withoutMonitors(bridged.cluster) });
    expect(result.verdict).toBe('inconclusive');
    expect(result.reason).toMatch(
      /^"bridge -timestamp monitor fdb" on node-1 did not start: .*no-such-program/,
    );
  });
});

const isMonitor = (argv: readonly string[]) => argv.includes('monitor');

/** Each monitor is killed as soon as it has said that it listens. */
function withDyingMonitors(cluster: Cluster): Cluster {
  return withStart(cluster, async (host, argv, options) => {
    const running = await host.start(argv, options);
    if (!isMonitor(argv)) return running;
    async function* lines() {
      for await (const line of running.stderrLines) {
        yield line;
        if (line === 'listening') await running.stop('SIGKILL');
      }
    }
    return { ...running, stderrLines: lines() };
  });
}

function withoutMonitors(cluster: Cluster): Cluster {
  return withStart(cluster, (host, argv, options) =>
    host.start(
      isMonitor(argv) ? argv.map((word) => (word === 'bridge' ? 'no-such-program' : word)) : argv,
      options,
    ),
  );
}

function withoutFlush(cluster: Cluster): Cluster {
  return {
    ...cluster,
    host(name) {
      const host = cluster.host(name);
      const broken = (argv: readonly string[]) =>
        argv.map((word) => word.replace('ip neigh flush all', 'no-such-program'));
      return { ...host, run: (argv, options) => host.run(broken(argv), options) };
    },
  };
}

function withStart(
  cluster: Cluster,
  start: (host: Host, ...args: Parameters<Host['start']>) => Promise<Running>,
): Cluster {
  return {
    ...cluster,
    host(name) {
      const host = cluster.host(name);
      return { ...host, start: (argv, options) => start(host, argv, options) };
    },
  };
}
