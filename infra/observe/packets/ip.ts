// IPv4 (RFC 791) and IPv6 (RFC 8200) headers, and what follows them.
import { ipv4, ipv6 } from './addresses.ts';
import { u8, u16, u32 } from './bytes.ts';
import { decodeIcmp } from './icmp.ts';
import { type Draft, type Scope, stop } from './layers.ts';
import type { Ipv4Layer, Ipv6Layer } from './packet.ts';
import { decodeTcp } from './tcp.ts';
import { decodeUdp } from './udp.ts';

const HEADER_4 = 20;
const HEADER_6 = 40;
const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const EXTENSION = { hopByHop: 0, routing: 43, fragment: 44, destination: 60 } as const;

export function decodeIpv4(data: Uint8Array, at: number, end: number, frame: Draft, scope: Scope): undefined {
  if (end - at < HEADER_4) return stop(frame, at, 'the IPv4 header is cut off');
  const first = u8(data, at);
  if (first >> 4 !== 4) return stop(frame, at, `an IPv4 packet that says version ${first >> 4}`);
  const headerLength = (first & 0x0f) * 4;
  if (headerLength < HEADER_4) return stop(frame, at, `an IPv4 header of ${headerLength} bytes`);
  const totalLength = u16(data, at + 2);
  const bits = u16(data, at + 6);
  const protocol = u8(data, at + 9);
  const layer: { -readonly [Field in keyof Ipv4Layer]: Ipv4Layer[Field] } = {
    src: ipv4(data, at + 12),
    dst: ipv4(data, at + 16),
    ttl: u8(data, at + 8),
    protocol,
    id: u16(data, at + 4),
    tos: u8(data, at + 1),
    headerLength,
    totalLength,
    dontFragment: (bits & 0x4000) !== 0,
    moreFragments: (bits & 0x2000) !== 0,
    fragmentOffset: (bits & 0x1fff) * 8,
  };
  frame.ipv4 = layer;
  if (headerLength > end - at) return stop(frame, at, 'the IPv4 options are cut off');
  if (headerLength > HEADER_4) {
    const options = optionTypes(data, at + HEADER_4, at + headerLength, frame);
    if (options.length > 0) layer.options = options;
  }
  // A frame that the kernel has not cut into segments yet (TSO) may say 0.
  const claimed = totalLength === 0 ? end - at : totalLength;
  if (claimed < headerLength) {
    return stop(frame, at, `an IPv4 packet of ${totalLength} bytes with a header of ${headerLength}`);
  }
  if (scope.whole && claimed > end - at) {
    stop(frame, at, `an IPv4 packet of ${claimed} bytes, of which ${end - at} are there`);
  }
  // Only the first fragment has the next layer's header.
  if (layer.fragmentOffset > 0) return;
  // Ethernet pads short frames: what is behind the total length is not the packet's.
  const stopAt = Math.min(at + claimed, end);
  const next = at + headerLength;
  const payload = claimed - headerLength;
  decodeTransport(protocol, data, next, stopAt, payload, frame, layer.moreFragments, scope);
}

/** Types of the options (RFC 791 section 3.1), without the end of the list and the no-operations between them. */
function optionTypes(data: Uint8Array, from: number, end: number, frame: Draft): number[] {
  const types: number[] = [];
  for (let at = from; at < end; ) {
    const type = u8(data, at);
    if (type === 0) break;
    if (type === 1) {
      at++;
      continue;
    }
    const length = at + 1 < end ? u8(data, at + 1) : 0;
    if (length < 2 || at + length > end) {
      stop(frame, at, `an IPv4 option ${type} of ${length} bytes`);
      break;
    }
    types.push(type);
    at += length;
  }
  return types;
}

export function decodeIpv6(data: Uint8Array, at: number, end: number, frame: Draft, scope: Scope): undefined {
  if (end - at < HEADER_6) return stop(frame, at, 'the IPv6 header is cut off');
  const first = u32(data, at);
  if (first >>> 28 !== 6) return stop(frame, at, `an IPv6 packet that says version ${first >>> 28}`);
  const payloadLength = u16(data, at + 4);
  const nextHeader = u8(data, at + 6);
  const layer: { -readonly [Field in keyof Ipv6Layer]: Ipv6Layer[Field] } = {
    src: ipv6(data, at + 8),
    dst: ipv6(data, at + 24),
    hopLimit: u8(data, at + 7),
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xf_ffff,
    nextHeader,
    protocol: nextHeader,
    payloadLength,
  };
  frame.ipv6 = layer;
  // 0 for a jumbogram (RFC 2675), and for a frame that the kernel has not cut into segments yet.
  const claimed = payloadLength === 0 ? end - at - HEADER_6 : payloadLength;
  if (scope.whole && claimed > end - at - HEADER_6) {
    stop(frame, at, `an IPv6 payload of ${claimed} bytes, of which ${end - at - HEADER_6} are there`);
  }
  const stopAt = Math.min(at + HEADER_6 + claimed, end);
  let next = at + HEADER_6;
  const extensions: number[] = [];
  while (isExtension(layer.protocol)) {
    const type = layer.protocol;
    layer.extensions = extensions;
    extensions.push(type);
    if (stopAt - next < 8) return stop(frame, next, 'the IPv6 extension header is cut off');
    const length = type === EXTENSION.fragment ? 8 : (u8(data, next + 1) + 1) * 8;
    layer.protocol = u8(data, next);
    if (type === EXTENSION.fragment) {
      const bits = u16(data, next + 2);
      const fragment = { id: u32(data, next + 4), offset: bits & 0xfff8, more: (bits & 1) !== 0 };
      layer.fragment = fragment;
      // What a later fragment begins with is the middle of something.
      if (fragment.offset > 0) return;
    }
    if (next + length > stopAt)
      return stop(frame, next, `an IPv6 extension header of ${length} bytes is cut off`);
    next += length;
  }
  const payload = at + HEADER_6 + claimed - next;
  decodeTransport(layer.protocol, data, next, stopAt, payload, frame, layer.fragment?.more === true, scope);
}

function isExtension(protocol: number): boolean {
  return (
    protocol === EXTENSION.hopByHop ||
    protocol === EXTENSION.routing ||
    protocol === EXTENSION.fragment ||
    protocol === EXTENSION.destination
  );
}

/** @param claimed bytes that follow, as the IP header has it */
function decodeTransport(
  protocol: number,
  data: Uint8Array,
  at: number,
  end: number,
  claimed: number,
  frame: Draft,
  fragment: boolean,
  scope: Scope,
): undefined {
  if (protocol === TCP) decodeTcp(data, at, end, claimed, frame);
  else if (protocol === UDP) decodeUdp(data, at, end, claimed, frame, fragment, scope);
  else if (protocol === ICMP) decodeIcmp(data, at, end, frame, 4, decodeIpv4, scope);
  else if (protocol === ICMPV6) decodeIcmp(data, at, end, frame, 6, decodeIpv6, scope);
}
