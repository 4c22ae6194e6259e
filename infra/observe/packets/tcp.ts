// TCP (RFC 9293): ports, numbers and flags; options and payload are left alone.
import type { Frame } from './packet.ts';

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const;

export function decodeTcp(data: Buffer): Frame {
  if (data.length < 20) return { malformed: 'the TCP header is cut off' };
  const bits = data.readUInt8(13);
  return {
    tcp: {
      srcPort: data.readUInt16BE(0),
      dstPort: data.readUInt16BE(2),
      seq: data.readUInt32BE(4),
      ack: data.readUInt32BE(8),
      flags: FLAGS.filter((_, bit) => bits & (1 << bit)).join(','),
    },
  };
}
