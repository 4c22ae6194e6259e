// ARP (RFC 826) for IPv4 over Ethernet.
import { ipv4, mac } from './addresses.ts';
import { u16 } from './bytes.ts';
import { type Draft, stop } from './layers.ts';

const LENGTH = 28;
const ETHERNET = 1;
const ETHERTYPE_IPV4 = 0x0800;

export function decodeArp(data: Uint8Array, at: number, end: number, frame: Draft): undefined {
  if (end - at < LENGTH) return stop(frame, at, 'the ARP packet is cut off');
  const lengths = u16(data, at + 4);
  if (u16(data, at) !== ETHERNET || u16(data, at + 2) !== ETHERTYPE_IPV4 || lengths !== 0x0604) {
    return stop(frame, at, 'ARP, but not for IPv4 over Ethernet');
  }
  const op = u16(data, at + 6);
  frame.arp = {
    op: op === 1 ? 'request' : op === 2 ? 'reply' : op,
    senderMac: mac(data, at + 8),
    senderIp: ipv4(data, at + 14),
    targetMac: mac(data, at + 18),
    targetIp: ipv4(data, at + 24),
  };
}
