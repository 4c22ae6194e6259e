// Captures of TCP against a real kernel: a connection is followed through DNAT, and back through a hairpin.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../../../infra/backends/host.ts';
import { runExperiment } from '../../../infra/experiments/run-experiment.ts';
import { labFile } from '../../../infra/lab/schema.ts';
import { type BridgedCluster, bridgedCluster, canCapture } from '../../support/bridged-cluster.ts';

/** A page on port 80 of whatever host it runs on. */
const SERVER = `
d=$(mktemp -d) && echo hello > $d/index.html && busybox httpd -f -p 80 -h $d &
until busybox wget -q -O /dev/null http://127.0.0.1/; do sleep 0.01; done 2> /dev/null
perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Proto => "udp", LocalPort => 53) or die;
  while ($s->recv($q, 99)) { $s->send("you said $q") }' &
until grep -q ':0035 ' /proc/net/udp; do sleep 0.01; done
echo ready >&2; wait`;

describe.skipIf(!canCapture)('a capture of what a command sends', () => {
  const taps = [
    { name: 'in', at: 'node-1', dev: '${pod-1.hostVeth}' },
    { name: 'out', at: 'node-1', dev: '${pod-2.hostVeth}' },
  ];
  const nat = [
    'iptables -t nat -A PREROUTING -d 10.42.0.1 -p tcp --dport 8080 -j DNAT --to 10.42.0.3:80',
    'iptables -t nat -A PREROUTING -d 10.42.0.1 -p udp --dport 5353 -j DNAT --to 10.42.0.3:53',
    'iptables -t nat -A POSTROUTING -s 10.42.0.3 -d 10.42.0.3 -j MASQUERADE',
  ];
  const asked = { command: ['busybox', 'wget', '-q', '-O', '-', 'http://10.42.0.1:8080/'] };
  let bridged: BridgedCluster;
  let resultsDir: string;
  let server: Running;
  beforeAll(async () => {
    [bridged, resultsDir] = await Promise.all([bridgedCluster(), mkdtemp(path.join(tmpdir(), 'results-'))]);
    const { node, cluster } = bridged;
    const up = ['sysctl -qw net.ipv4.ip_forward=1', ...nat, 'ip link set veth2 type bridge_slave hairpin on'];
    expect((await node.run(['sh', '-ec', up.join('\n')])).stderr).toBe('');
    const route = ['ip', 'route', 'add', 'default', 'via', '10.42.0.1'];
    for (const pod of ['pod-1', 'pod-2']) await cluster.host(pod).run(route);
    server = await cluster.host('pod-2').start(['sh', '-c', SERVER]);
    for await (const line of server.stderrLines) if (line === 'ready') break;
  });
  afterAll(async () => {
    await server?.stop('SIGTERM');
    await bridged?.close();
    await rm(resultsDir, { recursive: true, force: true });
  });

  function run(raw: unknown) {
    const { cluster, lab } = bridged;
    const { signal } = new AbortController();
    const experiment = labFile.shape.experiments.unwrap().element.parse(raw);
    return runExperiment({ cluster, lab, resultsDir, signal }, experiment);
  }

  it('follows a connection through the DNAT that a host port is', async () => {
    const result = await run({
      ...{ kind: 'capture', name: 'dnat', taps, filter: 'tcp' },
      traffic: { in: 'pod-1', ...asked },
      checks: [
        { name: 'the page', select: 'traffic', expect: { in: 'pod-1', exitCode: 0, stdout: 'hello\n' } },
        {
          name: 'one SYN, with another destination behind the node',
          select: 'paths',
          where: { tcp: { flags: 'SYN' } },
          expect: [
            {
              ...{ packet: 'tcp', src: '10.42.0.2', dst: '10.42.0.1', tcp: { dstPort: 8080 } },
              rewritten: {
                $contains: [
                  { tap: 'in', src: '10.42.0.2', dst: '10.42.0.1', dstPort: 8080 },
                  { tap: 'out', src: '10.42.0.2', dst: '10.42.0.3', dstPort: 80 },
                ],
              },
            },
          ],
        },
        {
          name: 'the answer comes from whom was asked',
          select: 'packets',
          where: { tap: 'in', tcp: { flags: 'SYN,ACK' } },
          expect: [{ src: '10.42.0.1', dst: '10.42.0.2', tcp: { srcPort: 8080 } }],
        },
      ],
    });
    expect(result.checks.map(({ differences }) => differences)).toEqual([[], [], []]);
    expect(result.verdict).toBe('pass');
  });

  it('follows one that comes back by the interface it left by', async () => {
    const result = await run({
      ...{ kind: 'capture', name: 'hairpin', filter: 'tcp' },
      taps: [{ name: 'own', at: 'node-1', dev: 'veth2' }],
      traffic: { in: 'pod-2', ...asked },
      checks: [
        {
          name: 'a SYN, there and back',
          select: 'paths',
          where: { tcp: { flags: 'SYN' } },
          expect: [
            {
              rewritten: [
                { tap: 'own', src: '10.42.0.3', dst: '10.42.0.1', dstPort: 8080 },
                { tap: 'own', src: '10.42.0.1', dst: '10.42.0.3', dstPort: 80 },
              ],
            },
          ],
        },
      ],
    });
    expect(result.checks[0]?.differences).toEqual([]);
  });

  it('follows a datagram and its answer', async () => {
    const client = `$s = IO::Socket::INET->new(Proto => "udp", PeerAddr => "10.42.0.1", PeerPort => 5353) or die;
      alarm 5; $s->send("hello"); $s->recv($a, 99); print $a`;
    const result = await run({
      ...{ kind: 'capture', name: 'datagram', taps, filter: 'udp' },
      traffic: { in: 'pod-1', command: ['perl', '-MIO::Socket::INET', '-e', client] },
      checks: [
        { name: 'the answer', select: 'traffic.stdout', expect: 'you said hello' },
        {
          name: 'the question finds its way',
          select: 'paths',
          where: { packet: 'udp', dst: '10.42.0.1' },
          expect: [
            {
              udp: { dstPort: 5353 },
              rewritten: {
                $contains: [
                  { tap: 'in', dst: '10.42.0.1', dstPort: 5353 },
                  { tap: 'out', src: '10.42.0.2', dst: '10.42.0.3', dstPort: 53 },
                ],
              },
            },
          ],
        },
        {
          name: 'and so does the answer',
          select: 'packets',
          where: { tap: 'in', src: '10.42.0.1' },
          expect: [{ kind: 'udp', udp: { srcPort: 5353, length: 22 } }],
        },
      ],
    });
    expect(result.checks.map(({ differences }) => differences)).toEqual([[], [], []]);
  });

  it('compares equal to the next run of it, whatever ports and pieces that has', async () => {
    const once = async () => (await run({ kind: 'capture', name: 'again', taps, traffic })).canonical;
    const traffic = { in: 'pod-1', ...asked };
    const first = await once();
    await bridged.cluster.host('pod-1').run(['ip', 'neigh', 'flush', 'dev', 'eth0']);
    expect(first).toMatchObject({ traffic: { stdout: 'hello\n' } });
    expect(await once()).toEqual(first);
  });

  it('fails when the command does, and is inconclusive when it cannot be run', async () => {
    const failed = await run({
      ...{ kind: 'capture', name: 'refused', taps },
      traffic: { in: 'pod-1', command: ['busybox', 'wget', '-q', 'http://10.42.0.1:1/'] },
    });
    expect(failed.checks.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['the command succeeds', 'fail'],
    ]);
    const absent = await run({
      ...{ kind: 'capture', name: 'absent', taps },
      traffic: { in: 'pod-1', command: ['no-such-command'] },
    });
    expect(absent).toMatchObject({ verdict: 'inconclusive', checks: [] });
  });
});
