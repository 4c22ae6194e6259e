// A mesh on a real kernel: two pods on a bridge, in namespaces of the test's own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MeshObservation } from '../../../../infra/experiments/mesh/observation.ts';
import { sendEchoes } from '../../../../infra/experiments/mesh/send-echoes.ts';
import { runExperiment } from '../../../../infra/experiments/run-experiment.ts';
import type { Lab } from '../../../../infra/lab/lab.ts';
import { labFile } from '../../../../infra/lab/schema.ts';
import { type BridgedCluster, bridgedCluster } from '../../../support/bridged-cluster.ts';
import { privateHost } from '../../../support/private-host.ts';

let bridged: BridgedCluster;

beforeAll(async () => {
  bridged = await bridgedCluster();
});
afterAll(async () => {
  await bridged?.close();
});

async function run(raw: object, lab: Lab = bridged.lab, signal = new AbortController().signal) {
  const experiment = labFile.shape.experiments
    .unwrap()
    .element.parse({ kind: 'mesh', name: 'mesh', timeout: 0.3, ...raw });
  const result = await runExperiment(
    { cluster: bridged.cluster, lab, resultsDir: '/dev/null/nowhere', signal },
    experiment,
  );
  return { ...result, observed: result.observed as unknown as MeshObservation };
}
const on = async (host: string, command: string) => {
  const result = await bridged.cluster.host(host).run(['sh', '-c', command]);
  expect(result).toMatchObject({ exitCode: 0 });
  return result.stdout;
};

/** The lab with one more pod, which does not run. */
function withPod(name: string): Lab {
  const [workload, ...rest] = bridged.lab.workloads;
  if (!workload) throw new Error('no workload');
  const { pods, ...one } = workload;
  return {
    ...bridged.lab,
    workloads: [{ ...one, pods: [...pods, { ...pods[0], name }] } as typeof workload, ...rest],
  };
}

describe('mesh', () => {
  it('shows each pair, with TTL and round trip, and asserts that all are answered when it has no checks', async () => {
    const { verdict, observed, checks, trafficMs } = await run({ count: 3 });
    expect({ verdict, checks: checks.map(({ name }) => name), trafficMs }).toEqual({
      verdict: 'pass',
      checks: ['every request of every pair is answered'],
      trafficMs: 15,
    });
    const common = { fromNode: 'node-1', toNode: 'node-1', transmitted: 3, received: 3, ttls: [64] };
    expect(observed).toMatchObject({
      asked: 2,
      answered: 2,
      pairs: [
        { from: 'pod-1', to: 'pod-2', ...common, duplicates: 0, answeredBy: [], errors: [] },
        { from: 'pod-2', to: 'pod-1', ...common },
      ],
      unanswered: [],
      byNode: [{ from: 'node-1', to: 'node-1', asked: 2, answered: 2 }],
    });
    expect(observed.rtt?.minMs).toBeGreaterThan(0);
    expect(observed.rtt?.minMs).toBeLessThan(1000);
  });

  it('names who is not answered', async () => {
    await on('pod-2', 'ip link set eth0 down');
    const { verdict, observed } = await run({});
    await on('pod-2', 'ip link set eth0 up');
    expect(verdict).toBe('fail');
    expect(observed).toMatchObject({ asked: 2, answered: 0, byNode: [{ asked: 2, answered: 0 }] });
    expect(observed.unanswered.map(({ from, errors }) => ({ from, errors }))).toEqual([
      { from: 'pod-1', errors: [] },
      { from: 'pod-2', errors: ['Network is unreachable'] },
    ]);
  });

  it('asks again who was not answered, as long as its patience lasts', async () => {
    await on('pod-2', 'ip link set eth0 down');
    const [patient, impatient] = [run({ patience: 20 }), await run({ patience: 0 })];
    await on('pod-2', 'ip link set eth0 up');
    const { verdict, observed } = await patient;
    expect([verdict, impatient.verdict]).toEqual(['pass', 'fail']);
    expect(impatient.observed.pairs.map(({ attempts }) => attempts)).toEqual([1, 1]);
    const [there, back] = observed.pairs;
    expect(there).toMatchObject({ from: 'pod-1', transmitted: 1, received: 1, errors: [] });
    expect(there?.attempts).toBeGreaterThan(1);
    expect(back?.attempts).toBeGreaterThan(1);
  });

  it('does not ask without a pause where the kernel refuses at once', async () => {
    await on('pod-2', 'ip link set eth0 down');
    const { observed } = await run({ from: ['pod-2'], patience: 1 });
    await on('pod-2', 'ip link set eth0 up');
    const [pair] = observed.unanswered;
    expect(pair?.errors).toEqual(['Network is unreachable']);
    expect(pair?.attempts).toBeGreaterThan(1);
    expect(pair?.attempts).toBeLessThan(5);
  });

  it('is inconclusive, with what the others saw, when a sender is gone', async () => {
    const { verdict, reason, observed } = await run({ to: ['pod-1', 'pod-2'] }, withPod('pod-9'));
    expect(verdict).toBe('inconclusive');
    expect(reason).toBe('1 of 3 senders could not send: no host pod-9; there are node-1, pod-1, pod-2');
    expect(observed).toMatchObject({ asked: 2, answered: 2 });
  });

  it('names who is not there to be asked, and asks the others', async () => {
    const { verdict, observed } = await run({ from: ['pod-1', 'pod-2'], patience: 60 }, withPod('pod-9'));
    expect(verdict).toBe('fail');
    expect(observed).toMatchObject({ asked: 4, answered: 2 });
    expect(observed.pairs.map(({ from, to, errors }) => [from, to, ...errors])).toEqual([
      ['pod-1', 'pod-2'],
      ['pod-1', 'pod-9', 'pod-9 does not run'],
      ['pod-2', 'pod-1'],
      ['pod-2', 'pod-9', 'pod-9 does not run'],
    ]);
  });

  it('is inconclusive when no two are such a pair', async () => {
    const { verdict, reason } = await run({ between: 'across-nodes' });
    expect({ verdict, reason }).toEqual({
      verdict: 'inconclusive',
      reason: 'no two hosts of this lab are such a pair: nobody is asked',
    });
  });

  it('ends when it is told to', async () => {
    const aborted = new AbortController();
    const running = run({ count: 100, interval: 1 }, bridged.lab, aborted.signal);
    setTimeout(() => aborted.abort(new Error('enough')), 200);
    await expect(running).rejects.toThrow('enough');
  });
});

describe('echo requests', () => {
  const traffic = { count: 1, interval: 0.001, size: 56, dontFragment: false, timeout: 0.3 } as const;
  const from = (name: string) => bridged.cluster.host(name);

  it('are as large as the route takes where that is asked, and no byte larger', async () => {
    await on('pod-1', 'ip link set eth0 mtu 1400');
    const received = async () => {
      const [link] = JSON.parse(await on('pod-2', 'ip -j -s link show eth0'));
      return link.stats64.rx.bytes as number;
    };
    const seen = async (size: number | 'mtu') => {
      const before = await received();
      const [echoes] = await sendEchoes(from('pod-1'), ['10.42.0.3'], {
        ...traffic,
        size,
        dontFragment: true,
      });
      return { ...echoes, bytes: (await received()) - before };
    };
    await on('pod-1', 'ping -c 1 10.42.0.3');
    const [whole, larger] = [await seen('mtu'), await seen(1373)];
    await on('pod-1', 'ip link set eth0 mtu 1500');
    // 1400 bytes of IP behind 14 of Ethernet.
    expect(whole).toMatchObject({ received: 1, bytes: 1414 });
    expect(larger).toMatchObject({ received: 0, bytes: 0, errors: ['Message too long'] });
  });

  it('may be fragmented where nothing else is asked', async () => {
    const [echoes] = await sendEchoes(from('pod-1'), ['10.42.0.3'], { ...traffic, size: 3000 });
    expect(echoes).toMatchObject({ received: 1, errors: [] });
  });

  it('of two calls in one network namespace are not taken for each other', async () => {
    const one = () => sendEchoes(from('pod-1'), ['10.42.0.3'], { ...traffic, count: 50 });
    const both = await Promise.all([one(), one()]);
    expect(both.flat().map(({ received, duplicates }) => ({ received, duplicates }))).toEqual(
      Array(2).fill({ received: 50, duplicates: 0 }),
    );
  });

  it('tell what a router says', async () => {
    await on('pod-1', 'ip route add default via 10.42.0.1');
    await on(
      'node-1',
      'sysctl -qw net.ipv4.ip_forward=1; ip route add unreachable 10.77.0.0/24; ip route add prohibit 10.78.0.0/24',
    );
    const echoes = await sendEchoes(from('pod-1'), ['10.77.0.1', '10.42.0.3', '10.78.0.1'], traffic);
    await on('pod-1', 'ip route del default');
    expect(echoes.map(({ received, errors }) => ({ received, errors }))).toEqual([
      { received: 0, errors: ['From 10.42.0.1: Destination Host Unreachable'] },
      { received: 1, errors: [] },
      { received: 0, errors: ['From 10.42.0.1: Packet filtered'] },
    ]);
  });

  it('go to addresses of both families, whose hop limit is not told', async () => {
    const privately = await privateHost('both', { userns: process.getuid?.() !== 0 });
    await privately.host.run(['ip', 'link', 'set', 'lo', 'up']);
    const echoes = await sendEchoes(privately.host, ['::1', '127.0.0.1'], { ...traffic, size: 'mtu' });
    await privately.close();
    expect(echoes.map(({ received, ttls, errors }) => ({ received, ttls, errors }))).toEqual([
      { received: 1, ttls: [], errors: [] },
      { received: 1, ttls: [64], errors: [] },
    ]);
  });

  it('that cannot be sent at all are an error of their own', async () => {
    const drop = {
      ...from('pod-1'),
      run: (argv: readonly string[], options = {}) =>
        from('pod-1').run(['setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw', ...argv], options),
    };
    await expect(sendEchoes(drop, ['10.42.0.3'], traffic)).rejects.toThrow(
      'pod-1 could not send echo requests: no raw socket: Operation not permitted',
    );
  });
});
