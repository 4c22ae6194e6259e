// Captures of any size: packets across two nodes of a VXLAN network, as eleven taps on their way would see them.
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';

/** In the order of the path; whether the frame is in its tunnel there, and routers passed so far. */
const TAPS = [
  ...['pod-a', 'veth-a', 'cni0-1'].map((name) => ({ name, wrapped: false, routers: 0 })),
  { name: 'flannel-1', wrapped: false, routers: 1 },
  ...['eth0-1', 'underlay', 'eth0-2'].map((name) => ({ name, wrapped: true, routers: 1 })),
  { name: 'flannel-2', wrapped: false, routers: 1 },
  ...['cni0-2', 'veth-d', 'pod-d'].map((name) => ({ name, wrapped: false, routers: 2 })),
] as const;

export type TapName = (typeof TAPS)[number]['name'];

const PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const;
const FLOWS = 30;
const PAYLOAD = 56;
/** Packets of a chunk. */
const BATCH = 512;
/** ns from one packet to the next, and from one tap to the next. */
const [PACE, HOP] = [20_000, 3_000];
const START_SECONDS = 1_780_000_000;

/** @returns the files, one for each tap */
export function writeCaptures(
  directory: string,
  packets: number,
): { readonly name: string; readonly file: string }[] {
  return TAPS.map(({ name }) => {
    const file = path.join(directory, `${name}.pcap`);
    const fd = openSync(file, 'w');
    for (const chunk of captureOf(name, packets)) writeSync(fd, chunk);
    closeSync(fd);
    return { name, file };
  });
}

/**
 * What one tap sees, as a pcap file in chunks. Every packet differs, as real ones do; every third is an echo, a TCP
 * segment or a UDP datagram.
 * @param payload bytes of each packet behind its ICMP, TCP or UDP header, at least 16
 */
export function* captureOf(name: TapName, packets: number, payload = PAYLOAD): Generator<Buffer> {
  const hop = TAPS.findIndex((tap) => tap.name === name);
  const { wrapped, routers } = TAPS[hop] as (typeof TAPS)[number];
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2_3c4d, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(1, 20);
  let batch: Buffer[] = [header];
  for (let number = 0; number < packets; number++) {
    const frame = innerFrame(number, 64 - routers, payload);
    batch.push(record(number * PACE + hop * HOP, wrapped ? inTunnel(frame, number) : frame));
    if (batch.length === BATCH) {
      yield Buffer.concat(batch);
      batch = [];
    }
  }
  yield Buffer.concat(batch);
}

function record(ns: number, frame: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(START_SECONDS + Math.floor(ns / 1e9), 0);
  header.writeUInt32LE(ns % 1e9, 4);
  header.writeUInt32LE(frame.length, 8);
  header.writeUInt32LE(frame.length, 12);
  return Buffer.concat([header, frame]);
}

function innerFrame(number: number, ttl: number, payload: number): Buffer {
  const protocol = [PROTOCOL.icmp, PROTOCOL.tcp, PROTOCOL.udp][number % 3] as number;
  const flow = number % FLOWS;
  const transport = Buffer.alloc((protocol === PROTOCOL.tcp ? 20 : 8) + payload);
  if (protocol === PROTOCOL.icmp) {
    transport.writeUInt8(8, 0);
    transport.writeUInt16BE(flow + 1, 4);
    transport.writeUInt16BE(Math.floor(number / FLOWS) & 0xffff, 6);
    // ping's time stamp.
    transport.writeBigUInt64LE(BigInt(START_SECONDS), 8);
    transport.writeBigUInt64LE(BigInt(number % 1_000_000), 16);
  } else {
    transport.writeUInt16BE(40_000 + flow, 0);
    transport.writeUInt16BE(8080, 2);
    if (protocol === PROTOCOL.tcp) {
      transport.writeUInt32BE((number * payload) >>> 0, 4);
      transport.writeUInt16BE(0x5010, 12);
    } else {
      transport.writeUInt16BE(transport.length, 4);
      transport.writeUInt32BE(number, 8);
    }
  }
  return frameOf(ip([10, 42, 0, 2 + flow], [10, 42, 1, 2 + flow], protocol, ttl, number, transport));
}

function inTunnel(frame: Buffer, number: number): Buffer {
  const udp = Buffer.alloc(16);
  udp.writeUInt16BE(30_000 + (number % FLOWS), 0);
  udp.writeUInt16BE(8472, 2);
  udp.writeUInt16BE(16 + frame.length, 4);
  udp.writeUInt8(8, 8);
  udp.writeUInt32BE(1 << 8, 12);
  const payload = Buffer.concat([udp, frame]);
  return frameOf(ip([192, 168, 49, 2], [192, 168, 49, 3], PROTOCOL.udp, 64, number, payload));
}

function frameOf(packet: Buffer): Buffer {
  return Buffer.concat([Buffer.from('0200000000020200000000010800', 'hex'), packet]);
}

function ip(
  src: number[],
  dst: number[],
  protocol: number,
  ttl: number,
  id: number,
  payload: Buffer,
): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + payload.length, 2);
  header.writeUInt16BE(id & 0xffff, 4);
  header.writeUInt8(ttl, 8);
  header.writeUInt8(protocol, 9);
  header.set(src, 12);
  header.set(dst, 16);
  return Buffer.concat([header, payload]);
}
