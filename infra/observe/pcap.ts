// Reads classic pcap files: micro- and nanosecond stamps, both byte orders, a cut-off tail reported rather than fatal.
import { Chunks } from './chunks.ts';

/** One frame as it was captured. */
export interface RawPacket {
  /** Time stamp, ns since the epoch. */
  readonly ns: bigint;
  /** Bytes captured, at most snaplen. A view of the file: keep it, and its neighbours stay in memory. */
  readonly data: Buffer;
  /** Bytes on the wire. */
  readonly length: number;
}

export interface PcapHeader {
  /** 1 is Ethernet (LINKTYPE_ETHERNET). */
  readonly linkType: number;
  readonly snaplen: number;
  /** Whether stamps were taken in ns; else they were in µs. */
  readonly nanoseconds: boolean;
}

export interface Pcap extends PcapHeader {
  readonly packets: readonly RawPacket[];
  /** What is wrong with the end of the file; absent when it ends where a record ends. */
  readonly truncated?: string;
}

/** The bytes are no capture file of the kind that they were read as. */
export class CaptureFormatError extends TypeError {
  override readonly name = 'CaptureFormatError';
}

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const SECOND = 1_000_000_000n;
/** libpcap's own limit for one record; a bigger one is a broken file. */
const MAX_RECORD = 262_144;

/** Reads a pcap file as it comes. It holds at most one record and the chunk it was last given. */
export class PcapParser {
  /** Once its 24 bytes were there. */
  header: PcapHeader | undefined;
  /** Set where reading ended before the file did. */
  truncated: string | undefined;
  readonly #chunks = new Chunks();
  #little = true;
  #read = 0;

  /** @throws CaptureFormatError when it is no pcap file at all */
  push(chunk: Buffer): RawPacket[] {
    if (this.truncated !== undefined) return [];
    this.#chunks.add(chunk);
    if (this.header === undefined && !this.#readHeader()) return [];
    return this.#readRecords();
  }

  /** Nothing more comes. @throws CaptureFormatError when there was not even a header */
  end(): void {
    const { length } = this.#chunks;
    if (this.header === undefined) {
      throw new CaptureFormatError(`not a pcap file: ${length} bytes, its header alone has ${FILE_HEADER}`);
    }
    if (this.truncated !== undefined || length === 0) return;
    const what = length < RECORD_HEADER ? 'the header of packet' : 'packet';
    this.truncated = `${what} ${this.#read + 1} is cut off`;
  }

  #readHeader(): boolean {
    const { bytes, at, length } = this.#chunks;
    if (length < FILE_HEADER) return false;
    this.#little = [MICROSECONDS, NANOSECONDS].includes(bytes.readUInt32LE(at));
    const u32 = (offset: number) =>
      this.#little ? bytes.readUInt32LE(at + offset) : bytes.readUInt32BE(at + offset);
    const magic = u32(0);
    if (magic !== MICROSECONDS && magic !== NANOSECONDS) {
      throw new CaptureFormatError(
        `not a pcap file: it begins with 0x${bytes.readUInt32BE(at).toString(16)}`,
      );
    }
    // The upper bits of the link type hold the length of a frame check sequence.
    const linkType = u32(20) & 0x03ff_ffff;
    this.header = { linkType, snaplen: u32(16), nanoseconds: magic === NANOSECONDS };
    this.#chunks.skip(FILE_HEADER);
    return true;
  }

  #readRecords(): RawPacket[] {
    const chunks = this.#chunks;
    const { bytes } = chunks;
    const little = this.#little;
    const scale = this.header?.nanoseconds ? 1 : 1000;
    const packets: RawPacket[] = [];
    // Most packets of a file share their second with the one before: its bigint is made once.
    let second = -1;
    let secondNs = 0n;
    while (chunks.length >= RECORD_HEADER) {
      const { at } = chunks;
      const captured = little ? bytes.readUInt32LE(at + 8) : bytes.readUInt32BE(at + 8);
      if (captured > MAX_RECORD) {
        this.truncated = `packet ${this.#read + 1} claims ${captured} bytes`;
        break;
      }
      if (chunks.length < RECORD_HEADER + captured) break;
      const seconds = little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
      const fraction = little ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4);
      if (seconds !== second) {
        second = seconds;
        secondNs = BigInt(seconds) * SECOND;
      }
      const start = at + RECORD_HEADER;
      packets.push({
        ns: secondNs + BigInt(fraction * scale),
        data: bytes.subarray(start, start + captured),
        length: little ? bytes.readUInt32LE(at + 12) : bytes.readUInt32BE(at + 12),
      });
      this.#read++;
      chunks.skip(RECORD_HEADER + captured);
    }
    return packets;
  }
}

/**
 * @throws CaptureFormatError when it is no pcap file at all (fewer than 24 bytes, or another magic number)
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-opsawg-pcap
 */
export function readPcap(file: Buffer): Pcap {
  const parser = new PcapParser();
  const packets = parser.push(file);
  parser.end();
  const { header, truncated } = parser;
  if (header === undefined) throw new CaptureFormatError('not a pcap file');
  return { ...header, packets, ...(truncated !== undefined && { truncated }) };
}
