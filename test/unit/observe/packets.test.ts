// Decoding of real captures, and of bytes that are none. (wireshark.test.ts compares every field.)
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv6 } from '../../../infra/observe/packets/addresses.ts';
import { type DecodeOptions, decodePacket, decoder } from '../../../infra/observe/packets/decode.ts';
import type { Frame } from '../../../infra/observe/packets/packet.ts';
import { readPcap } from '../../../infra/observe/pcap.ts';
import { bytes } from './fixtures.ts';

const CAPTURES = ['pod-a', 'veth-a', 'cni0', 'flannel', 'eth0-1', 'eth0-2', 'pod-d'].map(
  (n) => `flannel-${n}.pcap`,
);
/** A frame that was captured as a whole. */
const decodeFrame = (data: Buffer, options: DecodeOptions = {}): Frame => {
  const { ns: _, length: __, ...frame } = decoder(options)({ ns: 0n, length: data.length, data });
  return frame;
};
const frames = (name: string) => readPcap(bytes(name)).packets.map((p) => decodeFrame(p.data));

describe('a ping across a VXLAN', () => {
  test('is an echo inside a frame inside UDP 8472, with the VTEPs’ MACs and a TTL one less', () => {
    const request = frames('flannel-eth0-1.pcap').find((f) => f.vxlan?.inner.icmp?.kind === 'echo-request');
    expect(request).toMatchObject({
      ipv4: { src: '192.168.49.2', dst: '192.168.49.3', protocol: 17 },
      udp: { dstPort: 8472 },
      vxlan: {
        vni: 1,
        inner: {
          eth: { src: '0e:00:00:00:00:01', dst: '0e:00:00:00:00:02' },
          ipv4: { src: '10.42.0.2', dst: '10.42.1.2', ttl: 63 },
          icmp: { seq: 1 },
        },
      },
    });
  });

  test('begins with an ARP broadcast for the bridge, and none is seen on flannel.1', () => {
    const arps = frames('flannel-cni0.pcap').filter((f) => f.arp);
    expect(arps.map((f) => `${f.arp?.op} ${f.arp?.targetIp} ${f.eth?.dst.slice(0, 2)}`)).toContain(
      'request 10.42.0.1 ff',
    );
    expect(frames('flannel-flannel.pcap').filter((f) => f.arp)).toEqual([]);
  });
});

test('TCP, UDP, ICMP errors, fragments and IPv6 on loopback', () => {
  const seen = frames('mixed.pcap');
  expect(seen.flatMap((f) => f.tcp?.flags ?? [])).toEqual(['SYN', 'RST,ACK']);
  const error = seen.find((f) => f.icmp?.kind === 'unreachable');
  expect(error?.icmp?.original).toMatchObject({ ipv4: { dst: '127.0.0.1' }, udp: { dstPort: 9 } });
  expect(
    seen.some((f) => f.icmp?.version === 6 && f.icmp.kind === 'echo-reply' && f.ipv6?.dst === '::1'),
  ).toBe(true);
  const fragments = seen.filter((f) => f.ipv4 && (f.ipv4.moreFragments || f.ipv4.fragmentOffset > 0));
  expect(fragments.map((f) => f.ipv4?.fragmentOffset)).toEqual([0, 1480, 2960, 0, 1480, 2960]);
  expect(fragments.map((f) => f.icmp?.kind ?? '-').slice(0, 3)).toEqual(['echo-request', '-', '-']);
});

test('802.1Q tags are looked through', () => {
  const plain = readPcap(bytes('mixed.pcap')).packets[0]?.data ?? Buffer.alloc(0);
  const tag = Buffer.from('81000064', 'hex');
  const tagged = Buffer.concat([plain.subarray(0, 12), tag, plain.subarray(12)]);
  expect(decodeFrame(tagged)).toEqual({
    ...decodeFrame(plain),
    eth: { ...decodeFrame(plain).eth, vlans: [100] },
  });
});

test('IPv6 addresses are written as RFC 5952 wants them', () => {
  const written = [
    '20010db8000000000000000000000001',
    '00000000000000000000000000000000',
    '20010db8000000010001000100010001',
    '00010000000000020000000000000003',
  ];
  expect(written.map((hex) => ipv6(Buffer.from(hex, 'hex'), 0))).toEqual([
    '2001:db8::1',
    '::',
    '2001:db8:0:1:1:1:1:1',
    '1:0:0:2::3',
  ]);
});

test('no bytes make the decoder throw', () => {
  const real = [...CAPTURES, 'mixed.pcap'].flatMap((name) =>
    readPcap(bytes(name)).packets.map((p) => p.data),
  );
  const damaged = fc
    .tuple(
      fc.constantFrom(...real),
      fc.nat(200),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }),
    )
    .map(([data, cut, edits]) => {
      const copy = Buffer.from(data.subarray(0, Math.max(0, data.length - cut)));
      for (const [at, value] of edits) if (at < copy.length) copy[at] = value;
      return copy;
    });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((a) => Buffer.from(a)),
        damaged,
      ),
      (data) => {
        JSON.stringify(decodeFrame(data));
      },
    ),
    { numRuns: 2000 },
  );
});

const bytesOf = (...hex: readonly string[]) => Buffer.from(hex.join('').replaceAll(' ', ''), 'hex');
const ETHERNET = '020000000002 020000000001';
/** A UDP header of 4000 → the port, with a payload. */
const udpTo = (port: number, payload: Buffer) => {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(4000, 0);
  header.writeUInt16BE(port, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([header, payload]);
};
const ipv4With = (protocol: number, payload: Buffer) => {
  const header = bytesOf('4500 0000 0001 0000 40 00 0000 0a000001 0a000002');
  header.writeUInt16BE(20 + payload.length, 2);
  header.writeUInt8(protocol, 9);
  return Buffer.concat([bytesOf(ETHERNET, '0800'), header, payload]);
};

test('VXLAN is looked for at the ports that the caller names, and nowhere else', () => {
  const inner = ipv4With(17, udpTo(53, Buffer.from('query')));
  const packet = ipv4With(17, udpTo(12345, Buffer.concat([bytesOf('08000000 00002a00'), inner])));
  expect(decodeFrame(packet).vxlan).toBeUndefined();
  expect(decodeFrame(packet, { vxlanPorts: [12345] })).toMatchObject({
    vxlan: { vni: 42, inner: { udp: { srcPort: 4000, dstPort: 53 } } },
  });
  expect(decodeFrame(packet, { vxlanPorts: [] }).udp?.dstPort).toBe(12345);
});

test('tunnels in tunnels end somewhere', () => {
  let packet = ipv4With(17, udpTo(53, Buffer.alloc(0)));
  for (let depth = 0; depth < 50; depth++) {
    packet = ipv4With(17, udpTo(8472, Buffer.concat([bytesOf('08000000 00000100'), packet])));
  }
  expect(JSON.stringify(decodeFrame(packet)).match(/vni/g)).toHaveLength(4);
});

test('errors about errors end somewhere', () => {
  const error = (quoted: Buffer) =>
    ipv4With(1, Buffer.concat([bytesOf('0301 0000 00000000'), quoted.subarray(14)]));
  let packet = ipv4With(17, udpTo(53, Buffer.alloc(0)));
  while (packet.length < 65_000) packet = error(packet);
  expect(JSON.stringify(decodeFrame(packet)).match(/original/g)).toHaveLength(4);
});

test('an error quotes a tunnel’s packet, of which it may have only the beginning', () => {
  const inner = ipv4With(17, udpTo(53, Buffer.alloc(1000)));
  const outer = ipv4With(17, udpTo(8472, Buffer.concat([bytesOf('08000000 00000100'), inner])));
  const { icmp, malformed } = decodeFrame(
    ipv4With(1, Buffer.concat([bytesOf('0304 0000 00000578'), outer.subarray(14, 14 + 100)])),
  );
  expect(malformed).toBeUndefined();
  expect(icmp).toMatchObject({
    mtu: 1400,
    original: { vxlan: { vni: 1, inner: { ipv4: { totalLength: 1028 }, udp: { dstPort: 53 } } } },
  });
  expect(icmp?.original?.vxlan?.inner).not.toHaveProperty('malformed');
});

test.each([
  ['byte 0: the Ethernet header is cut off', bytesOf(ETHERNET)],
  ['byte 12: the 802.1Q tag is cut off', bytesOf(ETHERNET, '8100 0001')],
  ['byte 14: the ARP packet is cut off', bytesOf(ETHERNET, '0806 0001')],
  ['byte 14: an IPv4 packet that says version 6', bytesOf(ETHERNET, '0800', '6'.padEnd(40, '0'))],
  ['byte 14: an IPv4 header of 16 bytes', bytesOf(ETHERNET, '0800 44', '0'.repeat(38))],
  ['byte 34: the UDP header is cut off', ipv4With(17, Buffer.alloc(7))],
  ['byte 34: a UDP datagram of 4 bytes', ipv4With(17, bytesOf('0fa0 0035 0004 0000'))],
  ['byte 34: a TCP header of 4 bytes', ipv4With(6, bytesOf('0'.repeat(24), '10', '0'.repeat(14)))],
  [
    'byte 54: a TCP option 2 of 9 bytes',
    ipv4With(6, bytesOf('0'.repeat(24), '60', '0'.repeat(14), '02090000')),
  ],
  ['byte 42: the VXLAN header is cut off', ipv4With(17, udpTo(4789, Buffer.alloc(4)))],
])('%s', (malformed, data) => {
  expect(decodeFrame(data).malformed).toBe(malformed);
});

test('what the tap cut off is no lie of the packet’s', () => {
  const data = ipv4With(17, udpTo(53, Buffer.alloc(100)));
  expect(decodeFrame(data).malformed).toBeUndefined();
  expect(decodeFrame(data.subarray(0, 60)).malformed).toBe(
    'byte 14: an IPv4 packet of 128 bytes, of which 46 are there',
  );
  const cut = (length: number) =>
    decodePacket({ ns: 0n, length: data.length, data: data.subarray(0, length) }).malformed;
  expect(cut(60)).toBeUndefined();
  expect(cut(40)).toBe('byte 34: the UDP header is cut off (40 of 142 bytes were captured)');
});

test('a request has the stamp that ping put into it, in either byte order', () => {
  const echo = (stamp: string) =>
    decodeFrame(ipv4With(1, bytesOf('0800 0000 0007 0001', stamp, '0011'))).icmp?.stamp;
  const [seconds, micros] = [1_780_000_001, 999_999];
  const little = Buffer.alloc(16);
  little.writeBigUInt64LE(BigInt(seconds), 0);
  little.writeBigUInt64LE(BigInt(micros), 8);
  const big = Buffer.alloc(16);
  big.writeBigUInt64BE(BigInt(seconds), 0);
  big.writeBigUInt64BE(BigInt(micros), 8);
  expect(echo(little.toString('hex'))).toBe((((seconds & 0xfff) << 20) | micros) >>> 0);
  expect(echo(big.toString('hex'))).toBe(echo(little.toString('hex')));
  expect(echo('00'.repeat(16))).toBeUndefined();
  expect(echo('6162636465666768696a6b6c6d6e6f70')).toBeUndefined();
});
