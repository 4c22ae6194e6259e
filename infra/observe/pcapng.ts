// Reads pcapng: sections of either byte order, several interfaces, any time resolution, comments. What is damaged ends
// the reading with a reason; what was before it is kept.
import { Chunks } from './chunks.ts';
import { CaptureFormatError, type RawPacket } from './pcap.ts';

export interface PcapngPacket extends RawPacket {
  /** opt_comment; several as lines. */
  readonly comment?: string;
}

/** An interface of a section. */
export interface PcapngInterface {
  /** if_name; empty when the file has none. */
  readonly name: string;
  /** if_description, such as "vethabc on minikube". */
  readonly description?: string;
  /** 1 is Ethernet. @default 1 */
  readonly linkType?: number;
  /** 0: no limit. */
  readonly snaplen?: number;
}

/** An interface and what was captured there. */
export interface PcapngTap extends PcapngInterface {
  readonly packets: readonly PcapngPacket[];
}

export interface Pcapng {
  readonly taps: readonly (PcapngTap & Required<Pick<PcapngTap, 'linkType' | 'snaplen'>>)[];
  /** Why reading ended before the file did: where, and what is wrong there. */
  readonly truncated?: string;
}

/** A packet, and which of the parser's interfaces captured it. */
export interface TappedPacket extends PcapngPacket {
  readonly tap: number;
}

export const BLOCK = {
  section: 0x0a0d_0d0a,
  interface: 1,
  /** Obsolete, but older files have it. */
  packet: 2,
  simple: 3,
  enhanced: 6,
} as const;
export const BYTE_ORDER = 0x1a2b_3c4d;
export const OPTION = {
  end: 0,
  comment: 1,
  ifName: 2,
  ifDescription: 3,
  userAppl: 4,
  ifTsresol: 9,
  ifTsoffset: 14,
} as const;

/** Wireshark's limit: a block that claims more is damaged, and is not waited for. */
const MAX_BLOCK = 16 * 1024 * 1024;
const BLOCK_HEADER = 8;
const BLOCK_OVERHEAD = 12;
const SECTION_BODY = 16;
const DEFAULT_TSRESOL = 6;
const SECOND = 1_000_000_000n;

/** How an interface counts time: stamp × `multiplier` ÷ `divisor` + `offset`, ns. */
interface Clock {
  readonly multiplier: bigint;
  readonly divisor: bigint;
  readonly offset: bigint;
}

interface KnownInterface extends PcapngInterface {
  readonly linkType: number;
  readonly snaplen: number;
  readonly clock: Clock;
}

/** What is wrong with a block. Never leaves this file. */
class Damage extends Error {}

/** Reads a pcapng file as it comes. It holds at most one block (16 MiB) and the chunk it was last given. */
export class PcapngParser {
  /** Of all sections, in the order in which they were described; `tap` counts from 0. */
  readonly interfaces: KnownInterface[] = [];
  /** Set where reading ended before the file did. */
  truncated: string | undefined;
  readonly #chunks = new Chunks();
  #little = true;
  /** Whether a section has begun. */
  #begun = false;
  /** First interface of the current section. */
  #base = 0;

  /** @throws CaptureFormatError when it is no pcapng file at all */
  push(chunk: Buffer): TappedPacket[] {
    if (this.truncated !== undefined) return [];
    this.#chunks.add(chunk);
    const packets: TappedPacket[] = [];
    try {
      while (this.#readBlock(packets));
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      this.truncated = `the block at byte ${this.#chunks.offset} has ${error.message}`;
    }
    return packets;
  }

  /** Nothing more comes. @throws CaptureFormatError when there was not enough to tell that it is a pcapng file */
  end(): void {
    const { length, offset } = this.#chunks;
    if (!this.#begun && length < BLOCK_OVERHEAD) {
      throw new CaptureFormatError(`not a pcapng file: ${length} bytes, its first block alone has 28`);
    }
    if (length > 0) this.truncated ??= `the block at byte ${offset} is cut off`;
  }

  /** @returns whether there may be another */
  #readBlock(packets: TappedPacket[]): boolean {
    const chunks = this.#chunks;
    const { bytes, at } = chunks;
    if (chunks.length < BLOCK_HEADER) return false;
    // The section header's type reads the same in both byte orders.
    const isSection = bytes.readUInt32LE(at) === BLOCK.section;
    if (!this.#begun && !isSection) {
      throw new CaptureFormatError(
        `not a pcapng file: it begins with 0x${bytes.readUInt32BE(at).toString(16)}`,
      );
    }
    if (isSection) {
      if (chunks.length < BLOCK_OVERHEAD) return false;
      if (bytes.readUInt32LE(at + 8) === BYTE_ORDER) this.#little = true;
      else if (bytes.readUInt32BE(at + 8) === BYTE_ORDER) this.#little = false;
      else if (this.#begun) throw new Damage('no byte order');
      else throw new CaptureFormatError('not a pcapng file: its first block has no byte order');
    }
    const length = this.#u32(at + 4);
    if (length < BLOCK_OVERHEAD || length % 4 !== 0 || length > MAX_BLOCK) {
      throw new Damage(`a length of ${length}`);
    }
    if (chunks.length < length) return false;
    if (this.#u32(at + length - 4) !== length) throw new Damage('two lengths that differ');
    this.#readBody(this.#u32(at), at + BLOCK_HEADER, at + length - 4, packets);
    chunks.skip(length);
    return true;
  }

  #readBody(type: number, at: number, end: number, packets: TappedPacket[]): void {
    if (type === BLOCK.enhanced) packets.push(this.#enhanced(at, end));
    else if (type === BLOCK.interface) this.interfaces.push(this.#interface(at, end));
    else if (type === BLOCK.section) this.#section(at, end);
    else if (type === BLOCK.simple) packets.push(this.#simple(at, end));
    else if (type === BLOCK.packet) packets.push(this.#obsolete(at, end));
    // Others (names, statistics, secrets, a maker's own) have no packets.
  }

  #section(at: number, end: number): void {
    if (end - at < SECTION_BODY) throw new Damage('a section header that is cut off');
    const major = this.#u16(at + 4);
    if (major !== 1) throw new Damage(`a section of version ${major}`);
    this.#begun = true;
    this.#base = this.interfaces.length;
  }

  #interface(at: number, end: number): KnownInterface {
    if (end - at < 8) throw new Damage('an interface description that is cut off');
    const options = this.#options(at + 8, end);
    const text = (code: number) => options.find((option) => option.code === code)?.value.toString();
    const description = text(OPTION.ifDescription);
    const tsoffset = options.find(({ code }) => code === OPTION.ifTsoffset)?.value;
    if (tsoffset !== undefined && tsoffset.length !== 8)
      throw new Damage('a time offset that is not 8 bytes');
    const seconds = tsoffset && (this.#little ? tsoffset.readBigInt64LE(0) : tsoffset.readBigInt64BE(0));
    const tsresol = options.find(({ code }) => code === OPTION.ifTsresol)?.value[0] ?? DEFAULT_TSRESOL;
    return {
      name: text(OPTION.ifName) ?? '',
      ...(description !== undefined && { description }),
      linkType: this.#u16(at),
      snaplen: this.#u32(at + 4),
      clock: clockOf(tsresol, seconds ?? 0n),
    };
  }

  #enhanced(at: number, end: number): TappedPacket {
    if (end - at < 20) throw new Damage('a packet header that is cut off');
    const tap = this.#tap(this.#u32(at));
    return this.#packet(tap, at + 4, end);
  }

  /** As an enhanced packet, but for a drop counter beside a 16-bit interface. */
  #obsolete(at: number, end: number): TappedPacket {
    if (end - at < 20) throw new Damage('a packet header that is cut off');
    const tap = this.#tap(this.#u16(at));
    return this.#packet(tap, at + 4, end);
  }

  /** @param at where stamp, lengths, data and options begin */
  #packet(tap: number, at: number, end: number): TappedPacket {
    const captured = this.#u32(at + 8);
    const start = at + 16;
    const room = end - start;
    if (captured > room) throw new Damage(`a packet of ${captured} bytes in ${room}`);
    const { clock } = this.interfaces[tap] as KnownInterface;
    const ns = toNs(clock, this.#u32(at), this.#u32(at + 4));
    const data = this.#chunks.bytes.subarray(start, start + captured);
    const length = this.#u32(at + 12);
    const options = start + padded(captured);
    if (options >= end) return { tap, ns, data, length };
    const comments = this.#options(options, end).filter(({ code }) => code === OPTION.comment);
    if (comments.length === 0) return { tap, ns, data, length };
    return { tap, ns, data, length, comment: comments.map(({ value }) => value.toString()).join('\n') };
  }

  /** Of the first interface, and without a stamp: 0. */
  #simple(at: number, end: number): TappedPacket {
    if (end - at < 4) throw new Damage('a packet header that is cut off');
    const tap = this.#tap(0);
    const length = this.#u32(at);
    const { snaplen } = this.interfaces[tap] as KnownInterface;
    const captured = snaplen === 0 ? length : Math.min(length, snaplen);
    const room = end - at - 4;
    if (captured > room) throw new Damage(`a packet of ${captured} bytes in ${room}`);
    return { tap, ns: 0n, data: this.#chunks.bytes.subarray(at + 4, at + 4 + captured), length };
  }

  #tap(id: number): number {
    const tap = this.#base + id;
    if (tap >= this.interfaces.length)
      throw new Damage(`a packet of interface ${id}, which was not described`);
    return tap;
  }

  #options(from: number, end: number): { readonly code: number; readonly value: Buffer }[] {
    const found: { code: number; value: Buffer }[] = [];
    for (let at = from; at + 4 <= end; ) {
      const code = this.#u16(at);
      if (code === OPTION.end) break;
      const length = this.#u16(at + 2);
      if (at + 4 + length > end) throw new Damage(`an option ${code} of ${length} bytes that is cut off`);
      found.push({ code, value: this.#chunks.bytes.subarray(at + 4, at + 4 + length) });
      at += 4 + padded(length);
    }
    return found;
  }

  #u16(at: number): number {
    const { bytes } = this.#chunks;
    return this.#little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  }

  #u32(at: number): number {
    const { bytes } = this.#chunks;
    return this.#little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }
}

/** @param tsresol if_tsresol: a negative power of 10, or of 2 when the highest bit is set */
function clockOf(tsresol: number, offsetSeconds: bigint): Clock {
  const offset = offsetSeconds * SECOND;
  const exponent = tsresol & 0x7f;
  if ((tsresol & 0x80) !== 0) return { multiplier: SECOND, divisor: 1n << BigInt(exponent), offset };
  if (exponent <= 9) return { multiplier: 10n ** BigInt(9 - exponent), divisor: 1n, offset };
  return { multiplier: 1n, divisor: 10n ** BigInt(exponent - 9), offset };
}

function toNs({ multiplier, divisor, offset }: Clock, high: number, low: number): bigint {
  const stamp = BigInt(high) * 0x1_0000_0000n + BigInt(low);
  if (multiplier === 1n && divisor === 1n && offset === 0n) return stamp;
  return (stamp * multiplier) / divisor + offset;
}

/** Data and options are filled up to a multiple of 4 bytes. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/**
 * A whole file, each interface with its packets.
 * @throws CaptureFormatError when it is no pcapng file at all: it does not begin with a section header's type and byte order
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-opsawg-pcapng
 */
export function readPcapng(file: Buffer): Pcapng {
  const parser = new PcapngParser();
  const packets = parser.push(file);
  parser.end();
  const { interfaces, truncated } = parser;
  const taps = interfaces.map(({ clock: _, ...described }) => ({
    ...described,
    packets: [] as PcapngPacket[],
  }));
  for (const { tap, ...packet } of packets) taps[tap]?.packets.push(packet);
  return { taps, ...(truncated !== undefined && { truncated }) };
}
