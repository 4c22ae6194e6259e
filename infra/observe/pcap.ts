// Reads classic pcap files: micro- and nanosecond stamps, both byte orders, a cut-off tail reported rather than fatal.

/** One frame as it was captured. */
export interface RawPacket {
  /** Time stamp, ns since the epoch. */
  readonly ns: bigint;
  /** Bytes captured, at most snaplen. */
  readonly data: Buffer;
  /** Bytes on the wire. */
  readonly length: number;
}

export interface Pcap {
  /** 1 is Ethernet (LINKTYPE_ETHERNET). */
  readonly linkType: number;
  readonly snaplen: number;
  /** Whether stamps were taken in ns; else they were in µs. */
  readonly nanoseconds: boolean;
  readonly packets: readonly RawPacket[];
  /** What is wrong with the end of the file; absent when it ends where a record ends. */
  readonly truncated?: string;
}

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** libpcap's own limit for one record; a bigger one is a broken file. */
const MAX_RECORD = 262_144;

/**
 * @throws TypeError when it is no pcap file at all (fewer than 24 bytes, or another magic number)
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-opsawg-pcap
 */
export function readPcap(file: Buffer): Pcap {
  if (file.length < FILE_HEADER) {
    throw new TypeError(`not a pcap file: ${file.length} bytes, its header alone has ${FILE_HEADER}`);
  }
  const little = [MICROSECONDS, NANOSECONDS].includes(file.readUInt32LE(0));
  const u32 = (at: number) => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const magic = u32(0);
  if (magic !== MICROSECONDS && magic !== NANOSECONDS) {
    throw new TypeError(`not a pcap file: it begins with 0x${file.readUInt32BE(0).toString(16)}`);
  }
  const nanoseconds = magic === NANOSECONDS;
  const scale = nanoseconds ? 1n : 1000n;
  const packets: RawPacket[] = [];
  let at = FILE_HEADER;
  let truncated: string | undefined;
  while (at < file.length) {
    if (at + RECORD_HEADER > file.length) {
      truncated = `the header of packet ${packets.length + 1} is cut off`;
      break;
    }
    const captured = u32(at + 8);
    if (captured > MAX_RECORD) {
      truncated = `packet ${packets.length + 1} claims ${captured} bytes`;
      break;
    }
    const start = at + RECORD_HEADER;
    if (start + captured > file.length) {
      truncated = `packet ${packets.length + 1} is cut off`;
      break;
    }
    packets.push({
      ns: BigInt(u32(at)) * 1_000_000_000n + BigInt(u32(at + 4)) * scale,
      data: file.subarray(start, start + captured),
      length: u32(at + 12),
    });
    at = start + captured;
  }
  return {
    // The upper bits hold the length of a frame check sequence.
    linkType: u32(20) & 0x03ff_ffff,
    snaplen: u32(16),
    nanoseconds,
    packets,
    ...(truncated !== undefined && { truncated }),
  };
}
