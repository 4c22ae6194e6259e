// One packet at many taps: known by what stays the same on its way.
import { describe, expect, test } from 'vitest';
import type { Packet } from '../../../infra/observe/packets/packet.ts';
import { correlate, decodeTap } from '../../../infra/observe/paths.ts';
import { bytes } from './fixtures.ts';

const taps = ['pod-a', 'veth-a', 'cni0', 'flannel', 'eth0-1', 'eth0-2', 'pod-d'].map((name) =>
  decodeTap({ name, pcap: bytes(`flannel-${name}.pcap`) }),
);
const paths = correlate(taps);
const order = (path: (typeof paths)[number] | undefined) => [...new Set(path?.sightings.map((s) => s.tap))];

describe('two pings from one pod, one on its node and one across', () => {
  test('every echo is one path, by its sequence number', () => {
    const echoes = paths.filter((p) => p.packet.startsWith('echo'));
    expect(echoes.map((p) => [p.packet, p.src, p.dst, p.seq])).toEqual([
      ['echo-request', '10.42.0.2', '10.42.0.3', 1],
      ['echo-reply', '10.42.0.3', '10.42.0.2', 1],
      ['echo-request', '10.42.0.2', '10.42.0.3', 2],
      ['echo-reply', '10.42.0.3', '10.42.0.2', 2],
      ['echo-request', '10.42.0.2', '10.42.1.2', 1],
      ['echo-reply', '10.42.1.2', '10.42.0.2', 1],
      ['echo-request', '10.42.0.2', '10.42.1.2', 2],
      ['echo-reply', '10.42.1.2', '10.42.0.2', 2],
    ]);
  });

  test('a request across nodes is followed through the encapsulation, its TTL going down', () => {
    const request = paths.find((p) => p.packet === 'echo-request' && p.dst === '10.42.1.2' && p.seq === 2);
    expect(order(request)).toEqual(['pod-a', 'veth-a', 'cni0', 'flannel', 'eth0-1', 'eth0-2', 'pod-d']);
    const ttl = Object.fromEntries((request?.sightings ?? []).map((s) => [s.tap, s.frame.ipv4?.ttl]));
    expect(ttl).toEqual({
      'pod-a': 64,
      'veth-a': 64,
      cni0: 64,
      flannel: 63,
      'eth0-1': 63,
      'eth0-2': 63,
      'pod-d': 62,
    });
    const stamps = order(request).map((tap) => request?.at[tap] ?? 0n);
    expect(stamps).toEqual(stamps.toSorted((a, b) => Number(a - b)));
  });

  test('a request on the node does not leave it', () => {
    const request = paths.find((p) => p.packet === 'echo-request' && p.dst === '10.42.0.3');
    expect(order(request)).toEqual(['pod-a', 'veth-a', 'cni0']);
  });

  test('a broadcast that a hairpin port echoes is one packet, seen twice at its sender', () => {
    const asked = paths.filter((p) => p.packet === 'arp-request' && p.dst === '10.42.0.3');
    expect(asked).toHaveLength(1);
    expect(asked[0]?.sightings.filter((s) => s.tap === 'veth-a')).toHaveLength(2);
  });
});

describe('packets without a number of their own', () => {
  const ask = (ns: bigint): Packet => ({
    ns,
    length: 42,
    arp: {
      op: 'request',
      senderMac: '02:00:00:00:00:01',
      senderIp: '10.0.0.1',
      targetMac: '00:00:00:00:00:00',
      targetIp: '10.0.0.2',
    },
  });
  test('an ARP request that is sent again is another packet', () => {
    const again = correlate([
      { name: 'a', packets: [ask(0n), ask(1_000_000_000n)] },
      { name: 'b', packets: [ask(10n), ask(1_000_000_010n)] },
    ]);
    expect(again.map((p) => [p.identity, p.at])).toEqual([
      ['arp-request 10.0.0.1 10.0.0.2', { a: 0n, b: 10n }],
      ['arp-request 10.0.0.1 10.0.0.2 #2', { a: 1_000_000_000n, b: 1_000_000_010n }],
    ]);
  });
  test('an ICMP error about an echo is known by that echo', () => {
    const error = (ns: bigint, seq: number): Packet => ({
      ns,
      length: 70,
      ipv4: {
        src: '10.0.0.9',
        dst: '10.0.0.1',
        ttl: 64,
        protocol: 1,
        id: 0,
        totalLength: 56,
        dontFragment: false,
        moreFragments: false,
        fragmentOffset: 0,
      },
      icmp: {
        version: 4,
        type: 11,
        code: 0,
        kind: 'time-exceeded',
        original: { icmp: { version: 4, type: 8, code: 0, kind: 'echo-request', id: 1, seq } },
      },
    });
    expect(correlate([{ name: 'a', packets: [error(1n, 1), error(2n, 2)] }])).toHaveLength(2);
  });
});

test('a tap whose file is no capture is named', () => {
  expect(() => decodeTap({ name: 'veth1', pcap: Buffer.from('x') })).toThrow('tap "veth1": not a pcap file');
});
