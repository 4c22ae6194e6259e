// Real captures with the real tcpdump, on a veth pair in a throwaway namespace.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../infra/backends/host.ts';
import { capture } from '../../../infra/observe/capture.ts';
import { readPcap } from '../../../infra/observe/pcap.ts';
import { tcpdumpArgv, tcpdumpCounters } from '../../../infra/observe/tap.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';

/** tcpdump gives up root, which a user namespace with one uid does not let it do: real root is needed. */
const isRoot = process.getuid?.() === 0;

/** Command lines of all processes; one that has ended and is not yet reaped has none. */
const LIVING = 'cat /proc/[0-9]*/cmdline';

/** A namespace of that name, on a host. */
const inside = (host: Host, netns: string): Host => ({
  ...host,
  name: netns,
  run: (argv, options) => host.run(['ip', 'netns', 'exec', netns, ...argv], options),
  start: (argv, options) => host.start(['ip', 'netns', 'exec', netns, ...argv], options),
});

describe.skipIf(!isRoot)('capture', () => {
  let machine: PrivateHost;
  let node: Host;
  let pod: Host;
  const ping = () => node.run(['ping', '-c', '2', '-i', '0.01', '-W', '1', '10.9.0.2']);

  beforeAll(async () => {
    machine = await privateHost('node', { userns: false });
    node = machine.host;
    pod = inside(node, 'pod');
    const made = await node.run(
      ['sh', '-ec'].concat(`
      ip netns add pod
      ip link add v0 type veth peer name eth0 netns pod
      ip addr add 10.9.0.1/24 dev v0; ip link set v0 up
      ip netns exec pod sh -c 'ip addr add 10.9.0.2/24 dev eth0; ip link set eth0 up'
    `),
    );
    expect(made.stderr).toBe('');
  });
  afterAll(() => machine?.close());

  const taps = () => [
    { name: 'node-end', host: node, dev: 'v0' },
    { name: 'pod-end', host: pod, dev: 'eth0' },
  ];

  test('a burst right before the end is written whole: the taps are waited for', async () => {
    const burst = () => node.run(['ping', '-q', '-f', '-c', '300', '10.9.0.2']);
    const { taps: results } = await capture(taps(), 'icmp', burst, { graceMs: 0 });
    for (const { status, reason, captured, received } of results) {
      expect({ status, reason, captured, received }).toEqual({
        ...{ status: 'complete', reason: undefined },
        ...{ captured: 600, received: 600 },
      });
    }
  });

  test('every tap has every packet of the body, the first one too, in ns', async () => {
    const { result, taps: results } = await capture(taps(), 'icmp', ping);
    expect(result.exitCode).toBe(0);
    for (const tap of results) {
      expect(tap).toMatchObject({ status: 'complete', captured: 4, received: 4, dropped: 0 });
      const file = readPcap(tap.pcap);
      expect(file).toMatchObject({ nanoseconds: true, linkType: 1 });
      expect(file.packets).toHaveLength(4);
      expect(file.truncated).toBeUndefined();
    }
  });

  test('a tap at lo, where the kernel counts every packet twice, is complete', async () => {
    const own = [{ name: 'own', host: node, dev: 'lo' }];
    const { taps: results } = await capture(own, 'icmp', () => node.run(['ping', '-qc', '2', '10.9.0.1']));
    expect(results).toMatchObject([{ status: 'complete', captured: 4, received: 8 }]);
    expect(results[0]?.reason).toBeUndefined();
  });

  test('a tap that sees nothing is complete and empty', async () => {
    const { taps: results } = await capture(taps(), 'tcp port 9', async () => 'nothing');
    expect(results.map((r) => [r.status, r.captured])).toEqual([
      ['complete', 0],
      ['complete', 0],
    ]);
  });

  test('an interface that does not exist stops it before the body, in tcpdump’s words, and leaves no tap', async () => {
    let ran = false;
    const bad = [...taps(), { name: 'gone', host: node, dev: 'veth99' }];
    await expect(
      capture(bad, '', async () => {
        ran = true;
      }),
    ).rejects.toThrow(
      /^tap "gone" \(veth99 on node\) did not start: tcpdump: veth99: .*No such device exists/,
    );
    expect(ran).toBe(false);
    const left = await node.run(['sh', '-c', LIVING]);
    expect(left.stdout).not.toContain('tcpdump');
  });

  test('a filter with a mistake is told as tcpdump tells it', async () => {
    await expect(capture(taps(), 'icmp and and', ping)).rejects.toThrow(/tap "node-end" .*syntax error/);
  });

  test('a filter cannot become an option', async () => {
    await expect(capture(taps(), '-w/tmp/stolen', ping)).rejects.toThrow(/syntax error|filter expression/);
    expect(tcpdumpArgv('v0', '-w/tmp/stolen', {}).slice(-2)).toEqual(['--', '-w/tmp/stolen']);
  });

  test('a tap that dies on the way says so; the others are complete', async () => {
    const { taps: results } = await capture(taps(), 'icmp', async () => {
      await node.run(['sh', '-c', 'for p in $(ip netns pids pod); do kill -9 $p; done']);
      await ping();
    });
    expect(results[0]).toMatchObject({ status: 'complete', captured: 4 });
    expect(results[1]?.status).toBe('died');
    expect(results[1]?.reason).toMatch(/tcpdump ended with/);
  });

  test('a tap that reached its limit is full', async () => {
    const { taps: results } = await capture(taps().slice(0, 1), 'icmp', ping, { maxPackets: 3 });
    expect(results[0]).toMatchObject({ status: 'full', captured: 3 });
  });

  test('what the body throws comes out, and no tap is left', async () => {
    const body = () => Promise.reject(new Error('the ping is broken'));
    await expect(capture(taps(), 'icmp', body)).rejects.toThrow('the ping is broken');
    const left = await node.run(['sh', '-c', LIVING]);
    expect(left.stdout).not.toContain('tcpdump');
  });
});

test('drops are read from the kernel’s and the interface’s counter', () => {
  const lines = [
    '1 packet captured',
    '9 packets received by filter',
    '3 packets dropped by kernel',
    '2 packets dropped by interface',
  ];
  expect(tcpdumpCounters(lines)).toEqual({ captured: 1, received: 9, dropped: 5 });
});
