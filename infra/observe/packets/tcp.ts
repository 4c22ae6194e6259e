// TCP (RFC 9293): ports, numbers, flags, window, and the options that a path can change or a reader asks for.
import { u8, u16, u32 } from './bytes.ts';
import { type Draft, stop } from './layers.ts';
import type { TcpLayer } from './packet.ts';

const HEADER = 20;
const NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const;
/** Text of each combination of flags. */
const FLAGS = Array.from({ length: 256 }, (_, bits) =>
  NAMES.filter((__, bit) => bits & (1 << bit)).join(','),
);
const OPTION = { end: 0, none: 1, mss: 2, windowScale: 3, sackPermitted: 4, timestamps: 8 } as const;

/**
 * @param end where the captured bytes of the segment end
 * @param claimed bytes of the segment as the IP header has it
 */
export function decodeTcp(
  data: Uint8Array,
  at: number,
  end: number,
  claimed: number,
  frame: Draft,
): undefined {
  if (end - at < HEADER) return stop(frame, at, 'the TCP header is cut off');
  const headerLength = (u8(data, at + 12) >> 4) * 4;
  const tcp: { -readonly [Field in keyof TcpLayer]: TcpLayer[Field] } = {
    srcPort: u16(data, at),
    dstPort: u16(data, at + 2),
    seq: u32(data, at + 4),
    ack: u32(data, at + 8),
    flags: FLAGS[u8(data, at + 13)] as string,
    window: u16(data, at + 14),
    length: Math.max(0, claimed - headerLength),
  };
  frame.tcp = tcp;
  if (headerLength < HEADER) return stop(frame, at, `a TCP header of ${headerLength} bytes`);
  if (headerLength === HEADER) return;
  const stopAt = Math.min(at + headerLength, end);
  for (let option = at + HEADER; option < stopAt; ) {
    const kind = u8(data, option);
    if (kind === OPTION.end) break;
    if (kind === OPTION.none) {
      option++;
      continue;
    }
    const length = option + 1 < stopAt ? u8(data, option + 1) : 0;
    if (length < 2 || option + length > stopAt) {
      const cut = at + headerLength > end;
      return stop(
        frame,
        option,
        cut ? 'the TCP options are cut off' : `a TCP option ${kind} of ${length} bytes`,
      );
    }
    if (kind === OPTION.mss && length === 4) tcp.mss = u16(data, option + 2);
    else if (kind === OPTION.windowScale && length === 3) tcp.windowScale = u8(data, option + 2);
    else if (kind === OPTION.sackPermitted && length === 2) tcp.sackPermitted = true;
    else if (kind === OPTION.timestamps && length === 10) {
      tcp.timestamps = [u32(data, option + 2), u32(data, option + 6)];
    }
    option += length;
  }
  if (at + headerLength > end) stop(frame, at, 'the TCP options are cut off');
}
