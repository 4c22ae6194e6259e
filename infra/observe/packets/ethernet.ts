// Ethernet (IEEE 802.3) with 802.1Q tags, and what it carries.
import { mac } from './addresses.ts';
import { decodeArp } from './arp.ts';
import { u16 } from './bytes.ts';
import { decodeIpv4, decodeIpv6 } from './ip.ts';
import { type Draft, type Scope, stop } from './layers.ts';

const HEADER = 14;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV6 = 0x86dd;
const TAG_8021Q = 0x8100;
const TAG_8021AD = 0x88a8;

export function decodeEthernet(
  data: Uint8Array,
  at: number,
  end: number,
  frame: Draft,
  scope: Scope,
): undefined {
  if (end - at < HEADER) return stop(frame, at, 'the Ethernet header is cut off');
  let type = u16(data, at + 12);
  let next = at + HEADER;
  const src = mac(data, at + 6);
  const dst = mac(data, at);
  if (type === TAG_8021Q || type === TAG_8021AD) {
    const vlans: number[] = [];
    while (type === TAG_8021Q || type === TAG_8021AD) {
      if (end - next < 4) {
        frame.eth = { src, dst, type, vlans };
        return stop(frame, next - 2, 'the 802.1Q tag is cut off');
      }
      vlans.push(u16(data, next) & 0x0fff);
      type = u16(data, next + 2);
      next += 4;
    }
    frame.eth = { src, dst, type, vlans };
  } else {
    frame.eth = { src, dst, type };
  }
  if (type === ETHERTYPE_IPV4) decodeIpv4(data, next, end, frame, scope);
  else if (type === ETHERTYPE_ARP) decodeArp(data, next, end, frame);
  else if (type === ETHERTYPE_IPV6) decodeIpv6(data, next, end, frame, scope);
}
