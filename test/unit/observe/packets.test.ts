// Decoding, against real captures: our own reading of them, and Wireshark's.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv6 } from '../../../infra/observe/packets/addresses.ts';
import { decodeFrame, decodePacket } from '../../../infra/observe/packets/decode.ts';
import type { Frame } from '../../../infra/observe/packets/packet.ts';
import { readPcap } from '../../../infra/observe/pcap.ts';
import { writePcapng } from '../../../infra/observe/pcapng.ts';
import { exec } from '../../../infra/util/exec.ts';
import { bytes } from './fixtures.ts';

const CAPTURES = ['pod-a', 'veth-a', 'cni0', 'flannel', 'eth0-1', 'eth0-2', 'pod-d'].map(
  (n) => `flannel-${n}.pcap`,
);
const frames = (name: string) => readPcap(bytes(name)).packets.map((p) => decodeFrame(p.data));
const hasTshark = (await exec(['tshark', '--version'])).exitCode === 0;

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

/** The fields that Wireshark is asked for, and where ours are; layers inside VXLAN come as further values. */
const FIELDS: readonly (readonly [string, (f: Frame) => string | number | undefined])[] = [
  ['eth.src', (f) => f.eth?.src],
  ['eth.dst', (f) => f.eth?.dst],
  ['arp.opcode', (f) => f.arp && (f.arp.op === 'request' ? 1 : 2)],
  ['arp.src.proto_ipv4', (f) => f.arp?.senderIp],
  ['arp.dst.proto_ipv4', (f) => f.arp?.targetIp],
  ['ip.src', (f) => f.ipv4?.src],
  ['ip.dst', (f) => f.ipv4?.dst],
  ['ip.ttl', (f) => f.ipv4?.ttl],
  ['ip.len', (f) => f.ipv4?.totalLength],
  ['ipv6.src', (f) => f.ipv6?.src],
  ['ipv6.hlim', (f) => f.ipv6?.hopLimit],
  ['icmp.type', (f) => (f.icmp?.version === 4 ? f.icmp.type : undefined)],
  ['icmp.seq', (f) => (f.icmp?.version === 4 ? f.icmp.seq : undefined)],
  ['icmpv6.type', (f) => (f.icmp?.version === 6 ? f.icmp.type : undefined)],
  ['udp.srcport', (f) => f.udp?.srcPort],
  ['udp.dstport', (f) => f.udp?.dstPort],
  ['udp.length', (f) => f.udp?.length],
  ['tcp.srcport', (f) => f.tcp?.srcPort],
  ['tcp.dstport', (f) => f.tcp?.dstPort],
  ['tcp.flags.syn', (f) => f.tcp && Number(f.tcp.flags.includes('SYN'))],
  ['vxlan.vni', (f) => f.vxlan?.vni],
];

const layersOf = (f: Frame): Frame[] => [
  f,
  ...(f.vxlan ? layersOf(f.vxlan.inner) : []),
  ...(f.icmp?.original ? layersOf(f.icmp.original) : []),
];

describe.skipIf(!hasTshark)('Wireshark', () => {
  test.each([...CAPTURES, 'mixed.pcap'])('reads %s as we do', async (name) => {
    const packets = readPcap(bytes(name)).packets;
    // Through our own pcapng, so that Wireshark checks the writer too.
    const file = writePcapng([{ name: 'tap', packets }]);
    const theirs = await tshark(
      file,
      FIELDS.map(([field]) => field),
    );
    const ours = packets.map((p) => {
      const frames = layersOf(decodePacket(p));
      return FIELDS.map(([, read]) => frames.flatMap((f) => read(f) ?? []).join(',')).join('\t');
    });
    expect(theirs).toEqual(ours);
  });

  test('names each packet’s interface and stamps it to the ns', async () => {
    const taps = ['flannel-veth-a.pcap', 'flannel-cni0.pcap'].map((name) => ({
      name,
      description: `recorded at ${name}`,
      packets: readPcap(bytes(name)).packets.map((p, i) => ({ ...p, comment: `${name} ${i}` })),
    }));
    const fields = [
      'frame.interface_name',
      'frame.interface_description',
      'frame.time_epoch',
      'frame.comment',
    ];
    const rows = (await tshark(writePcapng(taps), fields)).map((row) => row.split('\t'));
    const stamp = (ns: bigint) => `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`;
    const expected = taps.flatMap((t) =>
      t.packets.map((p) => [t.name, t.description, stamp(p.ns), p.comment]),
    );
    expect(rows).toHaveLength(expected.length);
    expect(rows.toSorted()).toEqual(expected.toSorted());
    expect(rows.map((r) => r[2])).toEqual(rows.map((r) => r[2]).toSorted());
  });
});

async function tshark(file: Buffer, fields: readonly string[]): Promise<string[]> {
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const dir = await mkdtemp(`${tmpdir()}/cnilab-tshark-`);
  try {
    await writeFile(`${dir}/file.pcapng`, file);
    const argv = [
      'tshark',
      '-n',
      '-r',
      `${dir}/file.pcapng`,
      '-d',
      'udp.port==8472,vxlan',
      '-o',
      'ip.defragment:FALSE',
      '-T',
      'fields',
    ];
    const { stdout, stderr, exitCode } = await exec([...argv, ...fields.flatMap((f) => ['-e', f])]);
    if (exitCode !== 0) throw new Error(`tshark: ${stderr}`);
    return stdout.split('\n').slice(0, -1);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
