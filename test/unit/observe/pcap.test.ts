// Capture files: what is written is read back; what is damaged is reported.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPcap } from '../../../infra/observe/pcap.ts';
import { readPcapng, writePcapng } from '../../../infra/observe/pcapng.ts';
import { bytes } from './fixtures.ts';

interface Made {
  readonly ns: bigint;
  readonly data: Buffer;
  readonly length: number;
}

const packet = fc
  .record({
    ns: fc.bigInt({ min: 0n, max: (1n << 32n) * 1_000_000_000n - 1n }),
    data: fc.uint8Array({ maxLength: 90 }).map((a) => Buffer.from(a)),
    more: fc.nat(2000),
  })
  .map(({ ns, data, more }): Made => ({ ns, data, length: data.length + more }));

/** A classic pcap, in either byte order and precision. */
function pcap(packets: readonly Made[], little: boolean, nanoseconds: boolean): Buffer {
  const u32 = (...values: number[]) => {
    const out = Buffer.alloc(4 * values.length);
    values.forEach((v, i) => {
      if (little) out.writeUInt32LE(v, 4 * i);
      else out.writeUInt32BE(v, 4 * i);
    });
    return out;
  };
  const version = little ? Buffer.from('02000400', 'hex') : Buffer.from('00020004', 'hex');
  const header = [u32(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4), version, u32(0, 0, 262_144, 1)];
  const records = packets.flatMap(({ ns, data, length }) => {
    const rest = Number(ns % 1_000_000_000n);
    const fraction = nanoseconds ? rest : Math.floor(rest / 1000);
    return [u32(Number(ns / 1_000_000_000n), fraction, data.length, length), data];
  });
  return Buffer.concat([...header, ...records]);
}

describe('pcap', () => {
  test('both byte orders and both precisions are read', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), fc.boolean(), fc.boolean(), (packets, little, nano) => {
        const read = readPcap(pcap(packets, little, nano));
        expect(read).toMatchObject({ linkType: 1, snaplen: 262_144, nanoseconds: nano });
        expect(read.truncated).toBeUndefined();
        const expected = packets.map((p) => ({ ...p, ns: nano ? p.ns : (p.ns / 1000n) * 1000n }));
        expect(read.packets).toEqual(expected);
      }),
    );
  });

  test('wherever a file is cut, the packets before are read and the cut is told', () => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 5 }), fc.nat(), (packets, n) => {
        const file = pcap(packets, true, true);
        const at = 24 + (n % (file.length - 24));
        const read = readPcap(file.subarray(0, at));
        expect(read.packets).toEqual(packets.slice(0, read.packets.length));
        const whole = pcap(packets.slice(0, read.packets.length), true, true).length;
        expect(read.truncated !== undefined).toBe(whole !== at);
      }),
    );
  });

  test('a tap that wrote nothing, or something else, is no pcap file', () => {
    expect(() => readPcap(Buffer.alloc(0))).toThrow('not a pcap file: 0 bytes, its header alone has 24');
    expect(() => readPcap(Buffer.alloc(24))).toThrow('not a pcap file: it begins with 0x0');
  });

  test('a length that cannot be is where reading ends', () => {
    const file = pcap([{ ns: 1n, data: Buffer.alloc(4), length: 4 }], true, true);
    file.writeUInt32LE(0x7fff_ffff, 24 + 8);
    expect(readPcap(file)).toMatchObject({ packets: [], truncated: 'packet 1 claims 2147483647 bytes' });
  });

  test('tcpdump’s own files are read to the end', () => {
    const file = readPcap(bytes('flannel-cni0.pcap'));
    expect(file).toMatchObject({ nanoseconds: true, linkType: 1 });
    expect(file.packets).toHaveLength(12);
    expect(file.truncated).toBeUndefined();
  });
});

describe('pcapng', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 });
  const tap = fc.record(
    {
      name,
      description: name,
      snaplen: fc.integer({ min: 64, max: 262_144 }),
      packets: fc.array(
        fc
          .tuple(packet, fc.option(name, { nil: undefined }))
          .map(([p, comment]) => ({ ...p, ...(comment !== undefined && { comment }) })),
        { maxLength: 6 },
      ),
    },
    { requiredKeys: ['name', 'snaplen', 'packets'] },
  );

  test('what is written is read back, each tap in time order', () => {
    fc.assert(
      fc.property(fc.array(tap, { maxLength: 4 }), (taps) => {
        const expected = taps.map((t) => ({
          ...t,
          packets: t.packets.toSorted((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0)),
        }));
        expect(readPcapng(writePcapng(taps))).toEqual(expected);
      }),
    );
  });

  test('a damaged file is not read as something else', () => {
    const file = writePcapng([
      { name: 'veth1', packets: [{ ns: 1n, data: Buffer.from('abcd'), length: 4 }] },
    ]);
    file.writeUInt32LE(8, 4);
    expect(() => readPcapng(file)).toThrow('not our pcapng: the block at byte 0 has a length of 8');
  });
});
