// A capture file of any size, pcap or pcapng, as a stream of packets: what is held is one chunk and one record.
import { PcapParser, type RawPacket } from './pcap.ts';
import { BLOCK, PcapngParser } from './pcapng.ts';

/** Packets in the order of the file, and the interface that captured each. */
export interface CapturedPacket extends RawPacket {
  /** pcapng: if_name, or `interface <n>` when it has none. pcap: the name given for the file. */
  readonly tap: string;
  /** 1 is Ethernet. */
  readonly linkType: number;
}

/**
 * Yields the packets of one chunk at a time.
 * @param name what a pcap file's one interface is called
 * @returns why reading ended before the file did; undefined when it ended where the file does
 * @throws CaptureFormatError when it is neither pcap nor pcapng
 */
export async function* readCapture(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  name: string,
): AsyncGenerator<readonly CapturedPacket[], string | undefined> {
  let head: Buffer = Buffer.alloc(0);
  let parser: PcapParser | PcapngParser | undefined;
  for await (const chunk of chunks) {
    let next = chunk;
    if (parser === undefined) {
      head = Buffer.concat([head, chunk]);
      if (head.length < 4) continue;
      parser = head.readUInt32LE(0) === BLOCK.section ? new PcapngParser() : new PcapParser();
      next = head;
    }
    const packets = tapped(parser, next, name);
    if (packets.length > 0) yield packets;
    if (parser.truncated !== undefined) return parser.truncated;
  }
  if (parser === undefined) {
    parser = new PcapParser();
    parser.push(head);
  }
  parser.end();
  return parser.truncated;
}

function tapped(parser: PcapParser | PcapngParser, chunk: Buffer, name: string): CapturedPacket[] {
  if (parser instanceof PcapParser) {
    const packets = parser.push(chunk);
    const linkType = parser.header?.linkType ?? 1;
    return packets.map(({ ns, data, length }) => ({ tap: name, linkType, ns, data, length }));
  }
  const packets = parser.push(chunk);
  const names = parser.interfaces.map((known, index) => known.name || `interface ${index}`);
  return packets.map(({ tap, ns, data, length }) => {
    const { linkType = 1 } = parser.interfaces[tap] ?? {};
    return { tap: names[tap] ?? '', linkType, ns, data, length };
  });
}
