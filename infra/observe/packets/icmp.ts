// ICMP (RFC 792) and ICMPv6 (RFC 4443, RFC 4861): echoes by id and sequence, errors with the packet they quote.
import type { Frame } from './packet.ts';

const KINDS_4: Readonly<Record<number, string>> = {
  0: 'echo-reply',
  3: 'unreachable',
  5: 'redirect',
  8: 'echo-request',
  11: 'time-exceeded',
  12: 'parameter-problem',
};
const KINDS_6: Readonly<Record<number, string>> = {
  1: 'unreachable',
  2: 'packet-too-big',
  3: 'time-exceeded',
  4: 'parameter-problem',
  128: 'echo-request',
  129: 'echo-reply',
  133: 'router-solicitation',
  134: 'router-advertisement',
  135: 'neighbour-solicitation',
  136: 'neighbour-advertisement',
  137: 'redirect',
  143: 'multicast-listener-report',
};
const QUOTING = [
  'unreachable',
  'fragmentation-needed',
  'time-exceeded',
  'packet-too-big',
  'parameter-problem',
];

/** @param quoted decodes the packet that an error carries */
export function decodeIcmp(data: Buffer, version: 4 | 6, quoted: (data: Buffer) => Frame): Frame {
  if (data.length < 4) return { malformed: 'the ICMP header is cut off' };
  const [type, code] = [data.readUInt8(0), data.readUInt8(1)];
  const needsFragmentation = version === 4 && type === 3 && code === 4;
  const kinds = version === 4 ? KINDS_4 : KINDS_6;
  const kind = needsFragmentation ? 'fragmentation-needed' : (kinds[type] ?? `type-${type}`);
  const layer = { version, type, code, kind };
  if (data.length < 8) return { icmp: layer, malformed: 'the ICMP message is cut off' };
  if (kind === 'echo-request' || kind === 'echo-reply') {
    return { icmp: { ...layer, id: data.readUInt16BE(4), seq: data.readUInt16BE(6) } };
  }
  const mtu = needsFragmentation ? data.readUInt16BE(6) : data.readUInt32BE(4);
  const hasMtu = needsFragmentation || kind === 'packet-too-big';
  const original = QUOTING.includes(kind) && data.length > 8 ? quoted(data.subarray(8)) : undefined;
  return { icmp: { ...layer, ...(hasMtu && { mtu }), ...(original && { original }) } };
}
