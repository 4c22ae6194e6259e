// One packet at many taps: known by what stays the same on its way.
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Correlator } from '../../../infra/observe/correlator.ts';
import { carried, identify } from '../../../infra/observe/identity.ts';
import type { Packet } from '../../../infra/observe/packets/packet.ts';
import { correlate, correlateStreams, decodeTap, type PacketPath } from '../../../infra/observe/paths.ts';
import { exec } from '../../../infra/util/exec.ts';
import type { CorrelatedLarge } from '../../support/correlate-large.ts';
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
        tos: 0,
        headerLength: 20,
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

test('a tap that is not Ethernet is named', () => {
  const pcap = Buffer.from(bytes('flannel-cni0.pcap'));
  pcap.writeUInt32LE(113, 20);
  expect(() => decodeTap({ name: 'any', pcap })).toThrow('tap "any": link type 113 is not Ethernet');
});

/** An echo request from and to; `more` is what else it is known by. */
const echo = (
  ns: number,
  src: string,
  dst: string,
  more: { readonly id?: number; readonly seq?: number; readonly stamp?: number; readonly ipId?: number } = {},
): Packet => ({
  ns: BigInt(ns),
  length: 98,
  ipv4: {
    ...{ src, dst, ttl: 64, protocol: 1, id: more.ipId ?? 0, tos: 0, headerLength: 20, totalLength: 84 },
    ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0 },
  },
  icmp: {
    ...{ version: 4, type: 8, code: 0, kind: 'echo-request', id: more.id ?? 7, seq: more.seq ?? 1 },
    ...(more.stamp !== undefined && { stamp: more.stamp }),
  },
});
const seenAt = (found: readonly PacketPath[]) =>
  found.map(({ src, dst, at }) => [src, dst, Object.keys(at).join(' ')]);

describe('two flows with equal ICMP ids and sequence numbers', () => {
  test.each([
    ['as they are', {}],
    ['with one IP identification', { ipId: 5 }],
  ])('are told apart by their addresses, %s', (_, more) => {
    const found = correlate([
      {
        name: 'veth',
        packets: [echo(0, '10.0.0.1', '10.0.9.9', more), echo(5, '10.0.0.2', '10.0.9.9', more)],
      },
      {
        name: 'eth0',
        packets: [echo(1, '10.0.0.1', '10.0.9.9', more), echo(6, '10.0.0.2', '10.0.9.9', more)],
      },
    ]);
    expect(seenAt(found)).toEqual([
      ['10.0.0.1', '10.0.9.9', 'veth eth0'],
      ['10.0.0.2', '10.0.9.9', 'veth eth0'],
    ]);
    expect(new Set(found.map(({ identity }) => identity)).size).toBe(2);
  });

  test('are told apart by ping’s time stamp where a masquerade gives them one address', () => {
    const [one, two] = [{ stamp: 111 }, { stamp: 222 }];
    const found = correlate([
      { name: 'veth', packets: [echo(0, '10.0.0.1', '9.9.9.9', one), echo(1, '10.0.0.2', '9.9.9.9', two)] },
      {
        name: 'eth0',
        packets: [echo(4, '192.168.49.2', '9.9.9.9', two), echo(5, '192.168.49.2', '9.9.9.9', one)],
      },
    ]);
    expect(found.map(({ src, at }) => [src, at])).toEqual([
      ['10.0.0.1', { veth: 0n, eth0: 5n }],
      ['10.0.0.2', { veth: 1n, eth0: 4n }],
    ]);
  });
});

describe('behind a NAT', () => {
  const through = (before: Packet, after: Packet) =>
    correlate([
      { name: 'veth', packets: [before] },
      { name: 'eth0', packets: [after] },
    ]);

  test('an echo is followed by its time stamp, whatever happens to its addresses', () => {
    expect(
      through(echo(0, '10.0.0.1', '9.9.9.9', { stamp: 1 }), echo(1, '192.168.49.2', '8.8.8.8', { stamp: 1 })),
    ).toHaveLength(1);
  });

  test('an echo without one is followed by its IP identification, if one of its addresses stays', () => {
    const before = echo(0, '10.0.0.1', '9.9.9.9', { ipId: 77 });
    expect(through(before, echo(1, '192.168.49.2', '9.9.9.9', { ipId: 77 }))).toHaveLength(1);
    expect(through(before, echo(1, '192.168.49.2', '9.9.9.9', { ipId: 78 }))).toHaveLength(2);
    expect(through(before, echo(1, '192.168.49.2', '8.8.8.8', { ipId: 77 }))).toHaveLength(2);
  });

  const segment = (ns: number, src: string, srcPort: number, seq: number): Packet => {
    const { icmp: _, ...packet } = echo(ns, src, '10.0.9.9', { ipId: 3 });
    const tcp = { srcPort, dstPort: 80, seq, ack: 0, flags: 'SYN', window: 64240, length: 0 };
    return { ...packet, tcp };
  };

  test('a TCP segment that a hairpin sends back by the interface it came from is one path, and a copy of it is none', () => {
    const out = (ns: number) => segment(ns, '10.0.0.1', 40_000, 0xdead_beef);
    const back = (ns: number, port = 40_000) => segment(ns, '192.168.49.2', port, 0xdead_beef);
    const [path, ...others] = correlate([{ name: 'veth', packets: [out(0), back(1)] }]);
    expect({ others, repeats: path?.repeats }).toEqual({ others: [], repeats: { veth: 2 } });
    // Whoever sends the same numbers a third time under yet another port is somebody else.
    expect(correlate([{ name: 'veth', packets: [out(0), back(1), back(2, 50_000)] }])).toHaveLength(2);
  });

  test('a TCP segment is followed by its numbers through a new address and port', () => {
    const before = segment(0, '10.0.0.1', 40_000, 0xdead_beef);
    expect(through(before, segment(1, '192.168.49.2', 61_000, 0xdead_beef))).toHaveLength(1);
    expect(through(before, segment(1, '192.168.49.2', 61_000, 0xdead_bef0))).toHaveLength(2);
  });
});

test('a tap that sees one packet several times is named, with how often', () => {
  const copy = (ns: number) => echo(ns, '10.0.0.1', '10.0.0.2', { stamp: 1 });
  const [path] = correlate([
    { name: 'veth', packets: [copy(0), copy(2), copy(3)] },
    { name: 'eth0', packets: [copy(1)] },
  ]);
  expect(path?.repeats).toEqual({ veth: 3 });
  expect(path?.sightings.map(({ tap }) => tap)).toEqual(['veth', 'eth0', 'veth', 'veth']);
  expect(paths.find(({ packet }) => packet === 'echo-request')).not.toHaveProperty('repeats');
});

test('a tap whose interface vanished, its file cut off, is missing from the paths that came after', () => {
  const whole = bytes('flannel-eth0-1.pcap');
  const cut = decodeTap({ name: 'eth0-1', pcap: whole.subarray(0, whole.length - 400) });
  expect(cut.truncated).toMatch(/^packet \d is cut off$/);
  const left = correlate(taps.map((tap) => (tap.name === 'eth0-1' ? cut : tap)));
  const across = (found: readonly PacketPath[]) =>
    found.filter(
      ({ packet, seq, dst }) => packet === 'echo-request' && dst === '10.42.1.2' && seq !== undefined,
    );
  expect(across(left).map(order)).toEqual([
    ['pod-a', 'veth-a', 'cni0', 'flannel', 'eth0-1', 'eth0-2', 'pod-d'],
    ['pod-a', 'veth-a', 'cni0', 'flannel', 'eth0-2', 'pod-d'],
  ]);
  expect(left).toHaveLength(paths.length);
});

test('whatever bits of a file are flipped, every packet that is read and can be decoded is on one path', () => {
  const files = ['veth-a', 'cni0', 'eth0-1'].map((name) => bytes(`flannel-${name}.pcap`));
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 12 }), (flips) => {
      const damaged = files.map((file, tap) => {
        const pcap = Buffer.from(file);
        // The file header is left alone: without it there is no capture at all.
        for (const flip of flips.map((flip) => flip + tap)) {
          const at = 24 + ((flip >> 3) % (pcap.length - 24));
          pcap[at] = (pcap[at] ?? 0) ^ (1 << (flip & 7));
        }
        return decodeTap({ name: `${tap}`, pcap });
      });
      const onPaths = correlate(damaged).flatMap(({ sightings }) => sightings.map(({ packet }) => packet));
      expect(new Set(onPaths).size).toBe(onPaths.length);
      const decoded = damaged.flatMap(({ packets }) => packets).filter((packet) => identify(carried(packet)));
      expect(onPaths.length).toBe(decoded.length);
    }),
    { numRuns: 500 },
  );
});

test('packets that cannot be decoded are left out, and break nothing', () => {
  expect(correlate([{ name: 'a', packets: [{ ns: 0n, length: 3, malformed: 'cut off' }] }])).toEqual([]);
});

describe('clock steps', () => {
  const SECOND = 1_000_000_000;
  const stamps = [0, 1, 2, -3600, -3599].map((seconds) => (10_000 + seconds) * SECOND);
  const tap = (name: string, delay: number) => ({
    name,
    packets: stamps.map((ns, seq) => echo(ns + delay, '10.0.0.1', '10.0.0.2', { seq })),
  });

  test('back do not tear paths apart, nor put them into another order', () => {
    const found = correlate([tap('a', 0), tap('b', 100)]);
    expect(found.map(({ seq, at }) => [seq, Object.keys(at)])).toHaveLength(5);
    for (const { at, sightings } of found) {
      expect(Object.keys(at)).toEqual(['a', 'b']);
      expect(sightings.map((s) => s.tap)).toEqual(['a', 'b']);
    }
  });

  test('back are told, with the packet and by how much', async () => {
    const written = Buffer.from(bytes('flannel-cni0.pcap'));
    expect(decodeTap({ name: 'cni0', pcap: written })).not.toHaveProperty('clock');
    // The second packet an hour before the first.
    const second = 24 + 16 + written.readUInt32LE(24 + 8);
    written.writeUInt32LE(written.readUInt32LE(24) - 3600, second);
    expect(decodeTap({ name: 'cni0', pcap: written }).clock).toMatch(
      /^the clock went back by 36\d{5} ms at packet 2$/,
    );
    const doubts = await drained(correlateStreams([streamOf(tap('a', 0)), streamOf(tap('b', 0))]));
    expect(doubts.returned).toEqual([
      'tap "a": the clock went back by 3602000 ms at packet 4',
      'tap "b": the clock went back by 3602000 ms at packet 4',
    ]);
  });
});

describe('a stream', () => {
  test('gives the paths that the whole capture gives', async () => {
    for (const part of [1, 3, 100]) {
      const { yielded, returned } = await drained(correlateStreams(taps.map((tap) => streamOf(tap, part))));
      expect(yielded).toEqual(paths);
      expect(returned).toEqual([]);
    }
  });

  test('lets go of its taps when nobody wants more', async () => {
    const closed: string[] = [];
    async function* endless(name: string) {
      try {
        for (let seq = 0; ; seq++) yield [echo(seq * 1e9, '10.0.0.1', '10.0.0.2', { seq: seq & 0xffff })];
      } finally {
        closed.push(name);
      }
    }
    for await (const path of correlateStreams(['a', 'b'].map((name) => ({ name, packets: endless(name) })))) {
      if (path.seq === 3) break;
    }
    expect(closed).toEqual(['a', 'b']);
  });
});

describe('what is held', () => {
  const flows = 20;
  /** Packet n of its flow, and at its time. */
  const packet = (n: number, pace: number) =>
    echo(n * pace, `10.0.0.${n % flows}`, '10.0.9.9', {
      seq: Math.floor(n / flows) & 0xffff,
      ipId: n & 0xffff,
    });
  const feed = (correlator: Correlator, count: number, pace: number) => {
    let most = 0;
    const closed: PacketPath[] = [];
    for (let n = 0; n < count; n++) {
      for (const tap of ['a', 'b']) closed.push(...correlator.add(tap, packet(n, pace), n * pace));
      most = Math.max(most, correlator.open);
    }
    return { most, closed: [...closed, ...correlator.end()] };
  };

  test('depends on the flows, however many packets there are', () => {
    const { most, closed } = feed(new Correlator({ perFlow: 8 }), 20_000, 1000);
    expect(most).toBe(flows * 8);
    expect(closed).toHaveLength(20_000);
    expect(closed.every(({ at }) => Object.keys(at).length === 2)).toBe(true);
    // All but those that were left at the end.
    expect(closed.filter(({ early }) => early)).toHaveLength(20_000 - flows * 8);
  });

  test('is let go when its time is over', () => {
    const correlator = new Correlator({ windowNs: 1e6 });
    const { most, closed } = feed(correlator, 5_000, 1000);
    expect(most).toBeLessThanOrEqual(1001);
    expect(closed.some(({ early }) => early)).toBe(false);
    expect(closed.map(({ sightings }) => sightings[0]?.packet.ns)).toEqual(
      Array.from({ length: 5_000 }, (_, n) => BigInt(n * 1000)),
    );
    expect(correlator.open).toBe(0);
  });

  test('has an end for many flows, too', () => {
    const correlator = new Correlator({ open: 100 });
    for (let n = 0; n < 1000; n++) correlator.add('a', echo(n, `10.0.${n >> 8}.${n & 255}`, '10.9.9.9'), n);
    expect(correlator.open).toBe(100);
  });

  test('of captures is a part, however large they are', async () => {
    const program = fileURLToPath(new URL('../../support/correlate-large.ts', import.meta.url));
    const argv = [process.execPath, '--max-old-space-size=64', program, '30000'];
    const { stdout, stderr, exitCode } = await exec(argv, { timeoutMs: 120_000 });
    expect([exitCode, stderr]).toEqual([0, '']);
    const { bytes: read, complete, peakMb } = JSON.parse(stdout) as CorrelatedLarge;
    expect(read).toBeGreaterThan(260_000_000);
    expect(complete).toBe(30_000);
    // 190 MB, most of them Node's own and buffers that wait for the collector; 425 MB when all chunks are kept.
    expect(peakMb).toBeLessThan(300);
  }, 150_000);

  test('of a packet that goes round in a loop is a part, and the rest is counted', () => {
    const correlator = new Correlator({ sightings: 10 });
    for (let n = 0; n < 1000; n++) correlator.add('a', echo(n, '10.0.0.1', '10.0.0.2', { stamp: 1 }), n);
    expect(correlator.end()).toMatchObject([{ uncounted: 990, repeats: { a: 10 } }]);
  });
});

function streamOf(
  { name, packets }: { readonly name: string; readonly packets: readonly Packet[] },
  part = 2,
) {
  async function* parts() {
    for (let at = 0; at < packets.length; at += part) yield packets.slice(at, at + part);
  }
  return { name, packets: parts() };
}

async function drained<T, R>(generator: AsyncGenerator<T, R>): Promise<{ yielded: T[]; returned: R }> {
  const yielded: T[] = [];
  for (;;) {
    const { done, value } = await generator.next();
    if (done) return { yielded, returned: value };
    yielded.push(value);
  }
}
