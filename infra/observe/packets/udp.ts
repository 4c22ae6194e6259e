// UDP (RFC 768), and the frames that VXLAN (RFC 7348) carries in it.
import { u8, u16, u32 } from './bytes.ts';
import { decodeEthernet } from './ethernet.ts';
import { type Draft, type Scope, stop } from './layers.ts';
import type { UdpLayer } from './packet.ts';

const HEADER = 8;
const VXLAN_HEADER = 8;
/** RFC 7348 section 5: the I flag must be set, or the VNI is not valid. */
const VNI_IS_VALID = 0x08;
/** Bytes of the payload that go into its fingerprint. */
const PRINTED = 16;

/**
 * @param claimed bytes of the datagram (or of its first fragment) as the IP header has it
 * @param fragment the first of several: its length is that of them all
 */
export function decodeUdp(
  data: Uint8Array,
  at: number,
  end: number,
  claimed: number,
  frame: Draft,
  fragment: boolean,
  scope: Scope,
): undefined {
  if (end - at < HEADER) return stop(frame, at, 'the UDP header is cut off');
  const dstPort = u16(data, at + 2);
  const length = u16(data, at + 4);
  const udp: { -readonly [Field in keyof UdpLayer]: UdpLayer[Field] } = {
    srcPort: u16(data, at),
    dstPort,
    length,
  };
  frame.udp = udp;
  // 0 is allowed in a jumbogram (RFC 2675).
  if (length !== 0 && length < HEADER) return stop(frame, at, `a UDP datagram of ${length} bytes`);
  if (length > claimed && !fragment) {
    stop(frame, at, `a UDP datagram of ${length} bytes in an IP payload of ${claimed}`);
  }
  const payload = at + HEADER;
  const stopAt = length === 0 ? end : Math.min(end, at + length);
  if (!scope.vxlanPorts.includes(dstPort) || scope.inner === undefined) {
    if (stopAt > payload) udp.fingerprint = fnv1a(data, payload, Math.min(stopAt, payload + PRINTED));
    return;
  }
  if (stopAt - payload < VXLAN_HEADER) return stop(frame, payload, 'the VXLAN header is cut off');
  if ((u8(data, payload) & VNI_IS_VALID) === 0) return;
  const inner: Draft = {};
  frame.vxlan = { vni: u32(data, payload + 4) >>> 8, inner };
  // What a fragment or a quotation carries has been cut off on the way.
  const cut = fragment || !scope.whole;
  const innerScope = cut && scope.inner.whole ? { ...scope.inner, whole: false } : scope.inner;
  decodeEthernet(data, payload + VXLAN_HEADER, stopAt, inner, innerScope);
}

/** 32 bits. @see https://datatracker.ietf.org/doc/html/rfc9923 */
function fnv1a(data: Uint8Array, from: number, to: number): number {
  let hash = 0x811c_9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ u8(data, at), 0x0100_0193);
  return hash >>> 0;
}
