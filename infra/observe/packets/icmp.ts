// ICMP (RFC 792) and ICMPv6 (RFC 4443): echoes by id and sequence, errors with the packet they quote.
import { ipv4 } from './addresses.ts';
import { u8, u16, u32 } from './bytes.ts';
import { type Draft, type Scope, stop } from './layers.ts';
import { decodeNeighbourDiscovery } from './ndp.ts';
import type { IcmpLayer } from './packet.ts';

/** An ICMP layer while its fields are being found. */
export type IcmpDraft = { -readonly [Field in keyof IcmpLayer]: IcmpLayer[Field] };

const KINDS_4: Readonly<Record<number, string>> = {
  0: 'echo-reply',
  3: 'unreachable',
  4: 'source-quench',
  5: 'redirect',
  8: 'echo-request',
  9: 'router-advertisement',
  10: 'router-solicitation',
  11: 'time-exceeded',
  12: 'parameter-problem',
  13: 'timestamp-request',
  14: 'timestamp-reply',
};
const KINDS_6: Readonly<Record<number, string>> = {
  1: 'unreachable',
  2: 'packet-too-big',
  3: 'time-exceeded',
  4: 'parameter-problem',
  128: 'echo-request',
  129: 'echo-reply',
  130: 'multicast-listener-query',
  131: 'multicast-listener-report',
  132: 'multicast-listener-done',
  133: 'router-solicitation',
  134: 'router-advertisement',
  135: 'neighbour-solicitation',
  136: 'neighbour-advertisement',
  137: 'redirect',
  143: 'multicast-listener-report',
};
const QUOTING_4 = [3, 4, 5, 11, 12];
/** RFC 4443 section 2.1: error messages have types below 128. */
const FIRST_INFORMATIONAL_6 = 128;
const HEADER = 8;

/** @param decodeIp decodes the packet that an error quotes */
export function decodeIcmp(
  data: Uint8Array,
  at: number,
  end: number,
  frame: Draft,
  version: 4 | 6,
  decodeIp: (data: Uint8Array, at: number, end: number, frame: Draft, scope: Scope) => void,
  scope: Scope,
): undefined {
  if (end - at < 4) return stop(frame, at, 'the ICMP header is cut off');
  const [type, code] = [u8(data, at), u8(data, at + 1)];
  const needsFragmentation = version === 4 && type === 3 && code === 4;
  const kinds = version === 4 ? KINDS_4 : KINDS_6;
  const kind = needsFragmentation ? 'fragmentation-needed' : (kinds[type] ?? `type-${type}`);
  const icmp: IcmpDraft = { version, type, code, kind };
  frame.icmp = icmp;
  if (end - at < HEADER) return stop(frame, at, 'the ICMP message is cut off');
  if (kind === 'echo-request' || kind === 'echo-reply') {
    icmp.id = u16(data, at + 4);
    icmp.seq = u16(data, at + 6);
    const stamp = pingStamp(data, at + HEADER, end);
    if (stamp !== undefined) icmp.stamp = stamp;
    return;
  }
  if (needsFragmentation) icmp.mtu = u16(data, at + 6);
  else if (kind === 'packet-too-big') icmp.mtu = u32(data, at + 4);
  else if (version === 4 && type === 5) icmp.target = ipv4(data, at + 4);
  const quoting = version === 4 ? QUOTING_4.includes(type) : type < FIRST_INFORMATIONAL_6;
  if (!quoting) {
    if (version === 6) decodeNeighbourDiscovery(data, at, end, frame, icmp);
    return;
  }
  if (end - at === HEADER || scope.inner === undefined) return;
  const original: Draft = {};
  // A quotation is cut off by design.
  decodeIp(data, at + HEADER, end, original, { ...scope.inner, whole: false });
  icmp.original = original;
}

/** Times from September 2001 to May 2033: what a struct timeval may hold, in seconds. */
const [EARLIEST, LATEST] = [1_000_000_000, 2_000_000_000];

/**
 * ping (iputils) begins its payload with a struct timeval, in its own byte order: seconds and microseconds, 64 bits
 * each on 64-bit machines. 12 bits of the seconds and the microseconds make 32 bits that no other request has within
 * an hour.
 */
function pingStamp(data: Uint8Array, at: number, end: number): number | undefined {
  if (end - at < 16) return undefined;
  const little = u32(data, at + 4) === 0 && u32(data, at + 12) === 0;
  if (!little && !(u32(data, at) === 0 && u32(data, at + 8) === 0)) return undefined;
  const [seconds, micros] = little
    ? [swap(u32(data, at)), swap(u32(data, at + 8))]
    : [u32(data, at + 4), u32(data, at + 12)];
  if (seconds < EARLIEST || seconds > LATEST || micros >= 1_000_000) return undefined;
  return (((seconds & 0xfff) << 20) | micros) >>> 0;
}

function swap(value: number): number {
  return ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
