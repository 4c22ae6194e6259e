// From captured bytes to a Packet. Never throws: what cannot be decoded is said in `malformed`.
import type { RawPacket } from '../pcap.ts';
import { ipv4, ipv6, mac } from './addresses.ts';
import { decodeIcmp } from './icmp.ts';
import type { Frame, Packet } from './packet.ts';
import { decodeTcp } from './tcp.ts';

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV6 = 0x86dd;
/** 802.1Q and 802.1ad. */
const VLAN_TAGS = [0x8100, 0x88a8];
/** The kernel's default VXLAN port, which flannel uses, and IANA's. */
const VXLAN_PORTS = [8472, 4789];
/** A frame in a frame in a frame is a lie rather than a lab. */
const MAX_DEPTH = 4;

export function decodePacket({ ns, length, data }: RawPacket): Packet {
  return { ns, length, ...decodeFrame(data) };
}

export function decodeFrame(data: Buffer, depth = 0): Frame {
  if (data.length < 14) return { malformed: 'the Ethernet header is cut off' };
  const vlans: number[] = [];
  let at = 12;
  while (VLAN_TAGS.includes(data.readUInt16BE(at))) {
    if (data.length < at + 6) return { malformed: 'the 802.1Q tag is cut off' };
    vlans.push(data.readUInt16BE(at + 2) & 0x0fff);
    at += 4;
  }
  const type = data.readUInt16BE(at);
  const eth = { src: mac(data, 6), dst: mac(data, 0), type, ...(vlans.length > 0 && { vlans }) };
  const rest = data.subarray(at + 2);
  if (type === ETHERTYPE_ARP) return { eth, ...decodeArp(rest) };
  if (type === ETHERTYPE_IPV4) return { eth, ...decodeIpv4(rest, depth) };
  if (type === ETHERTYPE_IPV6) return { eth, ...decodeIpv6(rest, depth) };
  return { eth };
}

function decodeArp(data: Buffer): Frame {
  if (data.length < 28) return { malformed: 'the ARP packet is cut off' };
  const [hardware, protocol] = [data.readUInt16BE(0), data.readUInt16BE(2)];
  if (hardware !== 1 || protocol !== ETHERTYPE_IPV4 || data[4] !== 6 || data[5] !== 4) {
    return { malformed: 'ARP, but not for IPv4 over Ethernet' };
  }
  const op = data.readUInt16BE(6);
  return {
    arp: {
      op: op === 1 ? 'request' : op === 2 ? 'reply' : op,
      senderMac: mac(data, 8),
      senderIp: ipv4(data, 14),
      targetMac: mac(data, 18),
      targetIp: ipv4(data, 24),
    },
  };
}

function decodeIpv4(data: Buffer, depth: number): Frame {
  if (data.length < 20) return { malformed: 'the IPv4 header is cut off' };
  const version = data.readUInt8(0) >> 4;
  const headerLength = (data.readUInt8(0) & 0x0f) * 4;
  const totalLength = data.readUInt16BE(2);
  if (version !== 4) return { malformed: `an IPv4 packet that says version ${version}` };
  if (headerLength < 20) return { malformed: `an IPv4 header of ${headerLength} bytes` };
  const fragment = data.readUInt16BE(6);
  const layer = {
    src: ipv4(data, 12),
    dst: ipv4(data, 16),
    ttl: data.readUInt8(8),
    protocol: data.readUInt8(9),
    id: data.readUInt16BE(4),
    totalLength,
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
  };
  if (data.length < headerLength) return { ipv4: layer, malformed: 'the IPv4 options are cut off' };
  // Ethernet pads short frames: what is behind the total length is not the packet's. TSO frames may say 0.
  const end = totalLength >= headerLength ? Math.min(totalLength, data.length) : data.length;
  // Only the first fragment has the next layer's header.
  if (layer.fragmentOffset > 0) return { ipv4: layer };
  return { ipv4: layer, ...decodeTransport(layer.protocol, data.subarray(headerLength, end), depth) };
}

function decodeIpv6(data: Buffer, depth: number): Frame {
  if (data.length < 40) return { malformed: 'the IPv6 header is cut off' };
  const version = data.readUInt8(0) >> 4;
  if (version !== 6) return { malformed: `an IPv6 packet that says version ${version}` };
  const layer = {
    src: ipv6(data, 8),
    dst: ipv6(data, 24),
    hopLimit: data.readUInt8(7),
    nextHeader: data.readUInt8(6),
    payloadLength: data.readUInt16BE(4),
  };
  const end = layer.payloadLength === 0 ? data.length : Math.min(40 + layer.payloadLength, data.length);
  return { ipv6: layer, ...decodeTransport(layer.nextHeader, data.subarray(40, end), depth) };
}

function decodeTransport(protocol: number, data: Buffer, depth: number): Frame {
  if (protocol === 1) return decodeIcmp(data, 4, (quoted) => decodeIpv4(quoted, MAX_DEPTH));
  if (protocol === 58) return decodeIcmp(data, 6, (quoted) => decodeIpv6(quoted, MAX_DEPTH));
  if (protocol === 6) return decodeTcp(data);
  if (protocol === 17) return decodeUdp(data, depth);
  return {};
}

function decodeUdp(data: Buffer, depth: number): Frame {
  if (data.length < 8) return { malformed: 'the UDP header is cut off' };
  const udp = {
    srcPort: data.readUInt16BE(0),
    dstPort: data.readUInt16BE(2),
    length: data.readUInt16BE(4),
  };
  if (!VXLAN_PORTS.includes(udp.dstPort) || depth >= MAX_DEPTH) return { udp };
  const payload = data.subarray(8);
  // RFC 7348 section 5: the I flag must be set, or the VNI is not valid.
  if (payload.length < 8 || (payload.readUInt8(0) & 0x08) === 0) return { udp };
  const vni = payload.readUIntBE(4, 3);
  return { udp, vxlan: { vni, inner: decodeFrame(payload.subarray(8), depth + 1) } };
}
