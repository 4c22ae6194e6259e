// Experiments against a real kernel: two pods on a bridge, in namespaces of the test's own.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../infra/backends/backend.ts';
import type { Json } from '../../../infra/experiments/result.ts';
import { runExperiment } from '../../../infra/experiments/run-experiment.ts';
import type { LabExperiment } from '../../../infra/lab/lab.ts';
import { labFile } from '../../../infra/lab/schema.ts';
import { readPcapng } from '../../../infra/observe/pcapng.ts';
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

/** An experiment as a lab file has it, defaults filled in. */
function experiment(raw: unknown): LabExperiment {
  return labFile.shape.experiments.unwrap().element.parse(raw);
}

function run(raw: unknown, signal = new AbortController().signal) {
  const { cluster, lab } = bridged;
  return runExperiment({ cluster, lab, resultsDir, signal }, experiment(raw));
}

const ping = { from: 'pod-1', to: 'pod-2', count: 2, interval: 0.01, timeout: 1 };

describe('ping', () => {
  it('does not take the other address of a pod that has none of the family asked for', async () => {
    expect(await run({ kind: 'ping', name: 'six', ...ping, family: 6 })).toMatchObject({
      verdict: 'inconclusive',
      reason: 'pod-2 has no IPv6 address',
    });
  });

  it('tells who answered, and with which TTL', async () => {
    const checks = [
      {
        name: 'one hop',
        select: 'replies',
        expect: { $every: { ttl: 64, from: '${pod-2.address}' }, $count: 2 },
      },
      { name: 'wrong on purpose', select: 'replies[0].ttl', expect: 63 },
    ];
    const result = await run({ kind: 'ping', name: 'ping-it', title: 'Ping it', ...ping, checks });
    expect(result).toMatchObject({
      name: 'ping-it',
      title: 'Ping it',
      kind: 'ping',
      verdict: 'fail',
      trafficMs: 10,
      observed: { from: 'pod-1', to: 'pod-2', transmitted: 2, received: 2, lossPercent: 0, errors: [] },
    });
    expect(result.checks.map(({ verdict, differences }) => [verdict, ...differences])).toEqual([
      ['pass'],
      ['fail', 'replies[0].ttl: expected 63, observed 64'],
    ]);
    const { replies } = result.canonical as { readonly replies: readonly { readonly timeMs: Json }[] };
    expect(replies.map(({ timeMs }) => timeMs)).toEqual(['<time>', '<time>']);
  });

  it('asserts that every request is answered when it has no checks', async () => {
    expect(await run({ kind: 'ping', name: 'bare', ...ping })).toMatchObject({
      verdict: 'pass',
      checks: [{ verdict: 'pass' }],
    });
    const lost = await run({ kind: 'ping', name: 'lost', ...ping, to: '10.99.0.1' });
    expect(lost).toMatchObject({
      verdict: 'fail',
      observed: { transmitted: 0, errors: ['ping: connect: Network is unreachable'] },
    });
  });

  it('is inconclusive, with the reason, when the sender is not there', async () => {
    const result = await run({ kind: 'ping', name: 'nobody', ...ping, from: 'pod-9' });
    expect(result).toMatchObject({ verdict: 'inconclusive', checks: [] });
    expect(result.reason).toContain('no host pod-9; there are node-1, pod-1, pod-2');
  });
});

describe.skipIf(!canCapture)('capture', () => {
  const taps = [
    { name: 'in', at: 'node-1', dev: '${pod-1.hostVeth}' },
    { name: 'bridge', at: 'node-1', dev: 'cni0' },
    { name: 'out', at: 'node-1', dev: '${pod-2.hostVeth}' },
    { name: 'idle', at: 'pod-2', dev: 'lo' },
  ];
  const flush = { in: 'pod-1', command: ['ip', 'neigh', 'flush', 'dev', 'eth0'] };

  it('sees every packet at every tap it passes, in order', async () => {
    const request = { kind: 'echo-request', src: '${pod-1.address}', ttl: 64 };
    const result = await run({
      kind: 'capture',
      name: 'path',
      taps,
      before: [flush],
      ping,
      checks: [
        {
          name: 'requests cross the bridge',
          select: 'paths',
          where: { packet: 'echo-request' },
          expect: { $every: { at: { $order: ['in', 'bridge', 'out'] } }, $count: 2 },
        },
        {
          name: 'ARP first',
          select: 'packets',
          where: { tap: 'in', kind: { $matches: '^arp' } },
          expect: { $any: { arp: { op: 'request', targetIp: '${pod-2.address}' } } },
        },
        {
          name: 'MACs end to end',
          select: 'packets',
          where: request,
          expect: { $every: { ethSrc: '${pod-1.mac}', ethDst: '${pod-2.mac}' }, $count: 6 },
        },
        {
          name: 'no reply is from a stranger',
          select: 'packets',
          where: { tap: 'in', kind: 'echo-reply', src: '10.42.0.9' },
          expect: [],
        },
        { name: 'nothing on lo', select: 'packets', where: { tap: 'idle' }, expect: [] },
      ],
    });
    expect(result.checks.map(({ name, verdict, differences }) => [name, verdict, ...differences])).toEqual([
      ['requests cross the bridge', 'pass'],
      ['ARP first', 'pass'],
      ['MACs end to end', 'pass'],
      ['no reply is from a stranger', 'pass'],
      [
        'nothing on lo',
        'inconclusive',
        'tap idle saw no packet at all, so that it did not see these shows nothing',
      ],
    ]);
    expect(result).toMatchObject({ verdict: 'inconclusive', artifacts: ['captures/path.pcapng'] });
    const { packets } = result.observed as { readonly packets: readonly { readonly ns: number }[] };
    const stamps = packets.map(({ ns }) => ns);
    expect(stamps[0]).toBe(0);
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
    // Two requests 10 ms apart.
    expect(stamps.at(-1)).toBeGreaterThan(5_000_000);
    const { taps: kept } = readPcapng(await readFile(path.join(resultsDir, 'captures/path.pcapng')));
    const { taps: counted } = result.observed as { readonly taps: readonly { readonly packets: number }[] };
    expect(kept.map((tap) => [tap.name, tap.packets.length])).toEqual(
      taps.map(({ name }, index) => [name, counted[index]?.packets]),
    );
    expect(kept.map(({ description }) => description)).toEqual([
      'node-1/host veth1',
      'node-1/host cni0',
      'node-1/host veth2',
      'node-1/pod-2 lo',
    ]);
    const notes = kept.flatMap((tap) => tap.packets.map(({ comment }) => comment));
    expect(notes).toContainEqual(
      expect.stringMatching(/^echo-request 10\.42\.\S+ .* seq 1: sighting 1 of 3$/),
    );
    expect(notes).toContainEqual(expect.stringMatching(/ seq 1: sighting 3 of 3, \S+ µs after bridge$/));
  });

  it('is inconclusive when a tap cannot be opened', async () => {
    const broken = [...taps, { name: 'nowhere', at: 'node-1', dev: 'eth9' }];
    const result = await run({ kind: 'capture', name: 'broken', taps: broken, ping });
    expect(result.verdict).toBe('inconclusive');
    expect(result.reason).toContain('tap "nowhere" (eth9 on node-1)');
  });

  it('is inconclusive when what comes before it does not work', async () => {
    const before = [{ in: 'pod-1', command: ['ip', 'link', 'show', 'dev', 'eth9'] }];
    const result = await run({ kind: 'capture', name: 'unprepared', taps, before, ping });
    expect(result.reason).toMatch(/before the capture did not work: exitCode: expected 0, observed 1/);
  });

  it('keeps nothing half-written when captures cannot be stored, and says why', async () => {
    const { cluster, lab } = bridged;
    const signal = new AbortController().signal;
    const context = { cluster, lab, resultsDir: '/dev/null/no-directory', signal };
    const result = await runExperiment(context, experiment({ kind: 'capture', name: 'unkept', taps, ping }));
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      artifacts: [],
      observed: { ping: { received: 2 } },
    });
    expect(result.reason).toContain('cannot write /dev/null/no-directory/captures/unkept.pcapng');
  });
});

describe.skipIf(!canCapture)('journey', () => {
  /** The stand-in cluster, with a note of what is started and run on its hosts, and of what has ended. */
  function noted() {
    const notes: string[] = [];
    const cluster: Cluster = {
      ...bridged.cluster,
      host(name) {
        const host = bridged.cluster.host(name);
        return {
          ...host,
          async run(argv, options) {
            notes.push(argv[0] === 'ping' ? 'ping' : 'run');
            return host.run(argv, options);
          },
          async start(argv, options) {
            const running = await host.start(argv, options);
            const tap = `${name}/${argv[argv.indexOf('-i') + 1]}`;
            notes.push(`start ${tap}`);
            running.exited.then(
              () => notes.push(`end ${tap}`),
              () => undefined,
            );
            return running;
          },
        };
      },
    };
    return { cluster, notes };
  }
  const journey = (cluster: Cluster, lab = bridged.lab) => {
    const context = { cluster, lab, resultsDir, signal: new AbortController().signal };
    return runExperiment(context, experiment({ kind: 'journey', name: 'way', ping }));
  };
  const way = ['pod-1/eth0', 'node-1/veth1', 'node-1/veth2', 'pod-2/eth0'];
  const taps = (observed: Json) =>
    (observed as { readonly taps: readonly { readonly name: string }[] }).taps.map(({ name }) => name);

  it('has each tap started once, those that can be guessed before the prediction', async () => {
    const { cluster, notes } = noted();
    const result = await journey(cluster);
    expect(result).toMatchObject({ verdict: 'pass' });
    const starts = notes.filter((note) => note.startsWith('start'));
    expect(starts.slice(0, 4).toSorted()).toEqual(way.map((tap) => `start ${tap}`).toSorted());
    expect(starts.slice(4)).toEqual(['start node-1/cni0']);
    expect(taps(result.observed).toSorted()).toEqual([...way, 'node-1/cni0'].toSorted());
  });

  it('has ended what was guessed wrong before it sends', async () => {
    const { cluster, notes } = noted();
    // As CNI would report it of another pod's veth.
    const pods = async () =>
      (await bridged.cluster.pods()).map((pod) => ({
        ...pod,
        ...(pod.name === 'pod-2' && { hostVeth: 'lo' }),
      }));
    const result = await journey({ ...cluster, pods });
    expect(result).toMatchObject({ verdict: 'pass' });
    expect(taps(result.observed).toSorted()).toEqual([...way, 'node-1/cni0'].toSorted());
    expect(notes.indexOf('end node-1/lo')).toBeGreaterThan(-1);
    expect(notes.indexOf('end node-1/lo')).toBeLessThan(notes.indexOf('ping'));
  });
});

describe('exec', () => {
  it('asserts each step, reads JSON, and cleans up', async () => {
    const result = await run({
      kind: 'exec',
      name: 'isolation',
      steps: [
        {
          name: 'a route is added',
          claim: 'K12',
          in: 'pod-1',
          command: ['ip', 'route', 'add', '10.77.0.0/16', 'dev', 'eth0'],
        },
        {
          name: 'it is there',
          in: 'pod-1',
          command: ['ip', '-j', 'route'],
          json: true,
          expect: { json: { $contains: { dst: '10.77.0.0/16' } } },
        },
        {
          name: 'and nowhere else',
          in: 'pod-2',
          command: ['ip', '-j', 'route'],
          json: true,
          expect: { json: { $none: { dst: '10.77.0.0/16' } } },
        },
        {
          name: 'wrong on purpose',
          in: 'node-1',
          command: ['echo', '${pod-2.address}'],
          expect: { stdout: 'x\n' },
        },
        { name: 'not JSON', in: 'node-1', command: ['echo', 'x'], json: true },
        { name: 'too slow', in: 'node-1', command: ['sleep', '5'], timeout: 0.2 },
      ],
      cleanup: [{ in: 'pod-1', command: ['ip', 'route', 'del', '10.77.0.0/16'] }],
    });
    expect(result.checks.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['a route is added', 'pass'],
      ['it is there', 'pass'],
      ['and nowhere else', 'pass'],
      ['wrong on purpose', 'fail'],
      ['not JSON', 'inconclusive'],
      ['too slow', 'inconclusive'],
    ]);
    expect(result.checks[0]?.claim).toBe('K12');
    expect(result.checks[3]?.differences).toEqual(['stdout: expected "x\\n", observed "10.42.0.3\\n"']);
    expect(result.checks[4]?.differences).toEqual(['echo x on node-1 was to print JSON and printed: x']);
    expect(result.checks[5]?.differences[1]).toMatch(
      /^so nothing can be told of it: .* less than 0.2 s .* timeout\(1\)/,
    );
    expect(await routes('pod-1')).not.toContain('10.77');
  });

  it('knows the MACs of devices by their node, and that there is no such device', async () => {
    const command = ['echo', '${node-1.cni0Mac}', '${node-1.vtepMac}', '${pod-2.gateway}'];
    const sys = {
      in: 'node-1',
      command,
      expect: { stdout: { $matches: '^([0-9a-f]{2}:){5}[0-9a-f]{2}  10.42.0.1' } },
    };
    const result = await run({ kind: 'exec', name: 'macs', steps: [sys] });
    expect(result.checks[0]?.differences).toEqual([]);
  });

  it('cleans up even when it is interrupted, and lets the interruption through', async () => {
    const controller = new AbortController();
    const interrupted = run(
      {
        kind: 'exec',
        name: 'interrupted',
        steps: [
          { in: 'pod-1', command: ['ip', 'route', 'add', '10.78.0.0/16', 'dev', 'eth0'] },
          { in: 'pod-1', command: ['sleep', '20'] },
        ],
        cleanup: [{ in: 'pod-1', command: ['ip', 'route', 'del', '10.78.0.0/16'] }],
      },
      controller.signal,
    );
    await expect.poll(() => routes('pod-1')).toContain('10.78');
    controller.abort(new Error('Ctrl-C'));
    await expect(interrupted).rejects.toThrow('Ctrl-C');
    expect(await routes('pod-1')).not.toContain('10.78');
  });

  it('says when its clean-up did not work', async () => {
    const result = await run({
      kind: 'exec',
      name: 'unclean',
      steps: [{ in: 'pod-1', command: ['true'] }],
      cleanup: [{ in: 'pod-1', command: ['ip', 'route', 'del', '10.79.0.0/16'] }],
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', checks: [{ verdict: 'pass' }] });
    expect(result.reason).toMatch(
      /^clean-up did not work.*ip route del 10\.79\.0\.0\/16: exitCode: expected 0, observed 2/,
    );
  });
});

describe('inspect', () => {
  it('shows the tables it looked at, raw and canonical', async () => {
    const result = await run({
      kind: 'inspect',
      name: 'tables',
      checks: [
        {
          name: 'a veth for each pod',
          at: 'node-1',
          table: 'interfaces',
          where: { kind: 'veth' },
          expect: { $every: { master: 'cni0' }, $count: 2 },
        },
        { name: 'one way out', at: 'pod-1', table: 'routes', expect: [{ dst: '10.42.0.0/24', dev: 'eth0' }] },
        { name: 'both ends agree', table: 'veths', expect: { $every: { matches: true }, $count: 2 } },
        {
          name: 'wrong on purpose',
          at: 'pod-1',
          table: 'addresses',
          where: { dev: 'eth0' },
          expect: [{ address: '${pod-2.address}' }],
        },
      ],
    });
    expect(result.checks.map(({ verdict, differences }) => [verdict, ...differences])).toEqual([
      ['pass'],
      ['pass'],
      ['pass'],
      ['fail', 'addresses[0].address: expected 10.42.0.3, observed 10.42.0.2'],
    ]);
    const tables = ['node-1.interfaces', 'pod-1.routes', 'lab.veths', 'pod-1.addresses'];
    expect(Object.keys(result.observed as object)).toEqual(tables);
    expect(Object.keys(result.canonical as object)).toEqual(tables);
  });
});

async function routes(pod: string): Promise<string> {
  const { stdout } = await bridged.cluster.host(pod).run(['ip', 'route']);
  return stdout;
}
