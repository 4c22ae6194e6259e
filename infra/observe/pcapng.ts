// Writes (and, for checks, reads) pcapng: all taps of a capture in one file, each an interface with its own name.
import type { RawPacket } from './pcap.ts';

export interface PcapngTap {
  /** if_name: what tools show for the interface. */
  readonly name: string;
  /** if_description, such as "vethabc on minikube". */
  readonly description?: string;
  readonly snaplen?: number;
  readonly packets: readonly (RawPacket & { /** opt_comment. */ readonly comment?: string })[];
}

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const LINKTYPE_ETHERNET = 1;
const OPTION = { comment: 1, userAppl: 4, ifName: 2, ifDescription: 3, ifTsresol: 9 } as const;
const DEFAULT_SNAPLEN = 262_144;

/**
 * One section, little-endian; packets of all taps in time order, those with one stamp in the order of the taps.
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-opsawg-pcapng
 */
export function writePcapng(taps: readonly PcapngTap[], application = 'cnilab'): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(BYTE_ORDER, 0);
  header.writeUInt16LE(1, 4);
  // Section length -1: not said, read on until the end.
  header.writeBigInt64LE(-1n, 8);
  const blocks = [block(SECTION, header, options([[OPTION.userAppl, Buffer.from(application)]]))];
  for (const tap of taps) {
    const body = Buffer.alloc(8);
    body.writeUInt16LE(LINKTYPE_ETHERNET, 0);
    body.writeUInt32LE(tap.snaplen ?? DEFAULT_SNAPLEN, 4);
    const described: [number, Buffer][] = tap.description
      ? [[OPTION.ifDescription, Buffer.from(tap.description)]]
      : [];
    // 9: stamps count in 10^-9 s.
    const all: [number, Buffer][] = [
      [OPTION.ifName, Buffer.from(tap.name)],
      ...described,
      [OPTION.ifTsresol, Buffer.from([9])],
    ];
    blocks.push(block(INTERFACE, body, options(all)));
  }
  const merged = taps.flatMap((tap, id) => tap.packets.map((packet) => ({ id, packet })));
  // sort() is stable, which keeps the order of the taps for equal stamps.
  merged.sort((a, b) => (a.packet.ns < b.packet.ns ? -1 : a.packet.ns > b.packet.ns ? 1 : 0));
  for (const { id, packet } of merged) {
    const head = Buffer.alloc(20);
    head.writeUInt32LE(id, 0);
    head.writeUInt32LE(Number(packet.ns >> 32n), 4);
    head.writeUInt32LE(Number(packet.ns & 0xffff_ffffn), 8);
    head.writeUInt32LE(packet.data.length, 12);
    head.writeUInt32LE(packet.length, 16);
    const comment: [number, Buffer][] =
      packet.comment === undefined ? [] : [[OPTION.comment, Buffer.from(packet.comment)]];
    blocks.push(block(ENHANCED, Buffer.concat([head, padded(packet.data)]), options(comment)));
  }
  return Buffer.concat(blocks);
}

function padded(data: Buffer): Buffer {
  const rest = data.length % 4;
  return rest === 0 ? data : Buffer.concat([data, Buffer.alloc(4 - rest)]);
}

function options(list: readonly (readonly [number, Buffer])[]): Buffer {
  if (list.length === 0) return Buffer.alloc(0);
  const parts = list.flatMap(([code, value]) => {
    // An option's length has 16 bits.
    const kept = value.subarray(0, 0xffff);
    const head = Buffer.alloc(4);
    head.writeUInt16LE(code, 0);
    head.writeUInt16LE(kept.length, 2);
    return [head, padded(kept)];
  });
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

function block(type: number, body: Buffer, opts: Buffer): Buffer {
  const length = 12 + body.length + opts.length;
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, body, opts, head.subarray(4)]);
}

/**
 * Reads back what `writePcapng` writes: one little-endian section, Ethernet, ns stamps. For checks, not for the files
 * of other tools.
 * @throws TypeError at the first block that is not as it is written here
 */
export function readPcapng(file: Buffer): PcapngTap[] {
  const taps: {
    name: string;
    description?: string;
    snaplen: number;
    packets: (RawPacket & { comment?: string })[];
  }[] = [];
  for (let at = 0; at < file.length; ) {
    const type = file.readUInt32LE(at);
    const length = file.readUInt32LE(at + 4);
    if (length < 12 || length % 4 !== 0 || at + length > file.length) throw bad(at, `a length of ${length}`);
    if (file.readUInt32LE(at + length - 4) !== length) throw bad(at, 'two lengths that differ');
    const body = file.subarray(at + 8, at + length - 4);
    if (at === 0 && (type !== SECTION || body.readUInt32LE(0) !== BYTE_ORDER))
      throw bad(at, 'no section header');
    if (type === INTERFACE) {
      const found = readOptions(body.subarray(8));
      if (found.get(OPTION.ifTsresol)?.[0] !== 9) throw bad(at, 'stamps that are not in ns');
      const description = found.get(OPTION.ifDescription)?.toString();
      taps.push({
        name: found.get(OPTION.ifName)?.toString() ?? '',
        ...(description !== undefined && { description }),
        snaplen: body.readUInt32LE(4),
        packets: [],
      });
    } else if (type === ENHANCED) {
      const tap = taps[body.readUInt32LE(0)];
      if (tap === undefined) throw bad(at, 'a packet of an interface that was not described');
      const captured = body.readUInt32LE(12);
      const data = body.subarray(20, 20 + captured);
      const comment = readOptions(body.subarray(20 + Math.ceil(captured / 4) * 4))
        .get(OPTION.comment)
        ?.toString();
      const ns = (BigInt(body.readUInt32LE(4)) << 32n) | BigInt(body.readUInt32LE(8));
      tap.packets.push({
        ns,
        data,
        length: body.readUInt32LE(16),
        ...(comment !== undefined && { comment }),
      });
    }
    at += length;
  }
  return taps;
}

const bad = (at: number, what: string) =>
  new TypeError(`not our pcapng: the block at byte ${at} has ${what}`);

function readOptions(body: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= body.length; ) {
    const code = body.readUInt16LE(at);
    if (code === 0) break;
    const length = body.readUInt16LE(at + 2);
    found.set(code, body.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return found;
}
