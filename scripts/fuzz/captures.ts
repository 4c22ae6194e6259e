// Capture files that are cut off, lie about their lengths, or were never captures: read as far as they go, or refused.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { decodePacket } from '../../infra/observe/packets/decode.ts';
import { CaptureFormatError, PcapParser, readPcap } from '../../infra/observe/pcap.ts';
import { BLOCK, PcapngParser, readPcapng } from '../../infra/observe/pcapng.ts';
import { ROOT } from '../cli/project.ts';
import type { Target } from './target.ts';

const RECORDED = path.join(ROOT, 'test', 'unit', 'observe', 'fixtures');

/** Captures of this project and of other tools, both formats, both byte orders. */
function recordedCaptures(): readonly Buffer[] {
  const names = readdirSync(RECORDED, { recursive: true }).filter((name) =>
    /\.(pcap|pcapng|ntar)$/.test(`${name}`),
  );
  return names.toSorted().map((name) => readFileSync(path.join(RECORDED, `${name}`)));
}

type ByteEdit = (bytes: Buffer) => Buffer;
const anywhere = fc.nat({ max: 1_000_000 });
/** Lengths, types and magic numbers that somebody would believe. */
const WORDS = [
  0,
  1,
  2,
  3,
  6,
  11,
  12,
  13,
  0x7fff_ffff,
  0x8000_0000,
  0xffff_ffff,
  0x0a0d_0d0a,
  0x1a2b_3c4d,
  0xa1b2_c3d4,
  0xa1b2_3c4d,
  16 * 1024 * 1024,
  262_144,
  262_145,
];

const edit: fc.Arbitrary<ByteEdit> = fc.oneof(
  fc.tuple(anywhere, fc.nat({ max: 255 })).map(
    ([n, byte]): ByteEdit =>
      (old) =>
        splice(old, n, 1, Buffer.from([byte])),
  ),
  fc.tuple(anywhere, fc.constantFrom(...WORDS), fc.boolean()).map(
    ([n, word, little]): ByteEdit =>
      (old) => {
        const bytes = Buffer.alloc(4);
        if (little) bytes.writeUInt32LE(word);
        else bytes.writeUInt32BE(word);
        return splice(old, n & ~3, 4, bytes);
      },
  ),
  anywhere.map(
    (n): ByteEdit =>
      (old) =>
        old.subarray(0, n % (old.length + 1)),
  ),
  fc.tuple(anywhere, fc.nat({ max: 64 })).map(
    ([n, length]): ByteEdit =>
      (old) =>
        splice(old, n, length, Buffer.alloc(0)),
  ),
  fc.tuple(anywhere, fc.uint8Array({ maxLength: 64 })).map(
    ([n, bytes]): ByteEdit =>
      (old) =>
        splice(old, n, 0, Buffer.from(bytes)),
  ),
  fc.tuple(anywhere, anywhere, fc.nat({ max: 200 })).map(
    ([n, m, length]): ByteEdit =>
      (old) =>
        splice(old, n, 0, old.subarray(m % (old.length + 1)).subarray(0, length)),
  ),
  // The other byte order, of the first words only: a header that contradicts what follows.
  fc.nat({ max: 8 }).map(
    (words): ByteEdit =>
      (old) => {
        const turned = Buffer.from(old);
        const length = Math.min(words * 4, turned.length & ~3);
        turned.subarray(0, length).swap32();
        return turned;
      },
  ),
);

function splice(old: Buffer, n: number, remove: number, insert: Buffer): Buffer {
  const at = n % (old.length + 1);
  return Buffer.concat([old.subarray(0, at), insert, old.subarray(at + remove)]);
}

interface Given {
  readonly bytes: Buffer;
  /** Size of the chunks that it comes in. */
  readonly chunk: number;
}

export function captures(files: readonly Buffer[] = recordedCaptures()): Target<Given> {
  const mutated = fc
    .tuple(fc.constantFrom(...files), fc.array(edit, { minLength: 1, maxLength: 5 }))
    .map(([file, edits]) => edits.reduce((bytes, change) => change(bytes), file));
  const bytes = fc.oneof(
    { weight: 20, arbitrary: mutated },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((all) => Buffer.from(all)) },
  );
  return {
    name: 'captures',
    source: fc.record({ bytes, chunk: fc.integer({ min: 1, max: 4096 }) }),
    hold: holdCapture,
    show: ({ bytes: all, chunk }) => `${all.length} bytes in chunks of ${chunk}: ${all.toString('base64')}`,
  };
}

/** @throws Error when a capture is read otherwise in chunks than whole, has more in it than there was, or ends in another error */
function holdCapture({ bytes, chunk }: Given): string {
  const isNg = bytes.length >= 4 && bytes.readUInt32LE(0) === BLOCK.section;
  try {
    const { packets, truncated } = isNg ? whole(readPcapng(bytes)) : readPcap(bytes);
    const total = packets.reduce((sum, { data }) => sum + data.length, 0);
    if (total > bytes.length) throw new Error(`${total} bytes of packets in a file of ${bytes.length}`);
    for (const packet of packets) decodePacket(packet);
    const parser = isNg ? new PcapngParser() : new PcapParser();
    let count = 0;
    for (let at = 0; at < bytes.length; at += chunk)
      count += parser.push(bytes.subarray(at, at + chunk)).length;
    parser.end();
    if (count !== packets.length || parser.truncated !== truncated)
      throw new Error(
        `in chunks ${count} packets, ${parser.truncated}; whole ${packets.length}, ${truncated}`,
      );
    return truncated === undefined ? 'read whole' : 'read in part';
  } catch (error) {
    if (error instanceof CaptureFormatError) return 'refused';
    throw error;
  }
}

function whole({ taps, truncated }: ReturnType<typeof readPcapng>) {
  return { packets: taps.flatMap((tap) => tap.packets), truncated };
}
