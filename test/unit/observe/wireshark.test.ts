// Wireshark and we read the same bytes: every field that we decode agrees, on our captures and on those of others.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../../infra/backends/host.ts';
import { capture } from '../../../infra/observe/capture.ts';
import { decodePacket, decoder } from '../../../infra/observe/packets/decode.ts';
import { type RawPacket, readPcap } from '../../../infra/observe/pcap.ts';
import { readPcapng } from '../../../infra/observe/pcapng.ts';
import { writePcapng } from '../../../infra/observe/write-pcapng.ts';
import { SectionOf } from '../../support/pcapng-blocks.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';
import { NO_TSHARK, tsharkRows } from '../../support/tshark.ts';
import { ourReading, theirReading } from '../../support/wireshark-fields.ts';

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
/** tcpdump gives up root, which a user namespace with one uid does not let it do: captures need real root here. */
const isRoot = process.getuid?.() === 0;

/** One for each kind of packet block, in both byte orders. */
const PCAPNG_OF_OTHERS = [
  'be/test001',
  'le/test009',
  'le/test010',
  'be/test012',
  'le/test016',
  'be/test101',
  'le/test201',
].map((name) => `${name}.pcapng`);

const bytesOf = (...hex: readonly string[]) => Buffer.from(hex.join('').replaceAll(' ', ''), 'hex');
const ETHERNET = '020000000002 020000000001';
const [FE80_1, FE80_2, GROUP, NET] = ['fe80', 'fe80', 'ff02', '2001'].map((start, index) => {
  return `${start}${(index + 1).toString(16).padStart(28, '0')}`;
}) as [string, string, string, string];
/** Checksums are 0: neither of the two readers minds. */
const icmpv6 = (...message: readonly string[]) => {
  const payload = bytesOf(...message);
  const header = bytesOf('60000000 0000 3aff', FE80_1, FE80_2);
  header.writeUInt16BE(payload.length, 4);
  return Buffer.concat([bytesOf(ETHERNET, '86dd'), header, payload]);
};
const icmpv4 = (...message: readonly string[]) => {
  const payload = bytesOf(...message);
  const header = bytesOf('4500 0000 0001 0000 4001 0000 0a000001 0a000002');
  header.writeUInt16BE(header.length + payload.length, 2);
  return Buffer.concat([bytesOf(ETHERNET, '0800'), header, payload]);
};
/** The beginning of a UDP datagram from 10.0.0.2, port 4000 to 53. */
const QUOTED = '4500 0400 0002 4000 4011 0000 0a000002 0a000009 0fa0 0035 03ec 0000';
const MADE: Readonly<Record<string, Buffer>> = {
  'multicast-listener-query': icmpv6('8200 0000 03e8 0000', GROUP),
  'multicast-listener-report': icmpv6('8300 0000 0000 0000', GROUP),
  'multicast-listener-done': icmpv6('8400 0000 0000 0000', GROUP),
  'packet-too-big': icmpv6('0200 0000 00000500', '60000000 0400 11 40', FE80_2, NET, '0fa0 0035 0400 0000'),
  'router-advertisement': icmpv6(
    '8600 0000 40 00 0708 00000000 00000000 0101 020000000001 0501 0000 000005dc',
    ...['0304 40c0 00000e10 00000e10 00000000', NET],
  ),
  'neighbour-advertisement': icmpv6('8800 0000 e0000000', FE80_1, '0201 020000000001'),
  'fragmentation-needed': icmpv4('0304 0000 0000 0578', QUOTED),
  redirect: icmpv4('0501 0000 0a0000fe', QUOTED),
  'time-exceeded': icmpv4('0b00 0000 00000000', QUOTED),
};

/** if_tsresol, the units of a second that it means, and if_tsoffset in seconds. */
const RESOLUTIONS: readonly (readonly [number | undefined, bigint, number?])[] = [
  [undefined, 10n ** 6n],
  [0, 1n],
  [3, 10n ** 3n, 3600],
  [9, 10n ** 9n, -3600],
  [0x80 | 10, 1n << 10n],
  [0x80 | 20, 1n << 20n, 86_400],
];

/** As Wireshark prints a stamp. */
const epoch = (ns: bigint) => `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`;
const pcapsIn = (dir: string) =>
  readdirSync(`${FIXTURES}${dir}`)
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => `${dir}${name}`);
const read = (name: string) => readPcap(readFileSync(`${FIXTURES}${name}`)).packets;

/** One file of them all, since starting tshark is what takes time; `where` names each packet. */
function together(names: readonly string[]): { readonly where: string[]; readonly packets: RawPacket[] } {
  const found = names.flatMap((name) =>
    read(name).map((packet, index) => ({ where: `${name} ${index + 1}`, packet })),
  );
  // Stamps that keep this order.
  const packets = found.map(({ packet }, index) => ({ ...packet, ns: BigInt(index) }));
  return { where: found.map(({ where }) => where), packets };
}

describe('Wireshark reads as we do', () => {
  beforeEach(({ skip }) => skip(NO_TSHARK !== undefined, NO_TSHARK));

  test.each([
    ['our recorded labs', ['']],
    ['captures of tcpdump and gopacket', ['captures/tcpdump/', 'captures/gopacket/']],
  ])('%s', async (_, dirs) => {
    const { where, packets } = together(dirs.flatMap(pcapsIn));
    const theirs = await theirReading(writePcapng([{ name: 'tap', packets }]));
    expect(theirs).toHaveLength(packets.length);
    const named = (rows: readonly object[]) => rows.map((row, index) => ({ where: where[index], ...row }));
    expect(named(packets.map((packet) => ourReading(decodePacket(packet))))).toEqual(named(theirs));
  });

  test('messages that none of these captures has', async () => {
    const packets = Object.values(MADE).map((data, index): RawPacket => {
      return { ns: BigInt(index), length: data.length, data };
    });
    const read = packets.map(decodePacket);
    expect(read.map(({ icmp }) => icmp?.kind)).toEqual(Object.keys(MADE));
    expect(read.filter(({ malformed }) => malformed !== undefined)).toEqual([]);
    expect(read.map(ourReading)).toEqual(await theirReading(writePcapng([{ name: 'tap', packets }])));
  });

  test('names, descriptions, stamps to the ns and comments of our pcapng', async () => {
    const taps = ['flannel-veth-a.pcap', 'flannel-cni0.pcap'].map((name) => ({
      name,
      description: `node-1/${name}`,
      packets: read(name).map((packet, i) => ({ ...packet, comment: `hop ${i}: ${name} → “next”` })),
    }));
    const fields = [
      'frame.interface_name',
      'frame.interface_description',
      'frame.time_epoch',
      'frame.comment',
    ];
    const rows = await tsharkRows(writePcapng(taps), fields);
    const expected = taps.flatMap(({ name, description, packets }) =>
      packets.map(({ ns, comment }) => [name, description, epoch(ns), comment]),
    );
    const theirs = rows.map((row) => fields.map((field) => row[field]));
    expect(theirs.toSorted()).toEqual(expected.toSorted());
    expect(theirs.map(([, , time]) => time)).toEqual(expected.map(([, , time]) => time).toSorted());
  });

  test.each(['little', 'big'] as const)('stamps of every resolution and offset, %s-endian', async (order) => {
    const file = new SectionOf(order);
    const frame = Buffer.alloc(60);
    RESOLUTIONS.forEach(([tsresol, unit, offset], id) => {
      file.interface(tsresol, offset);
      const stamp = (1_780_000_000_123_456_789n * unit) / 1_000_000_000n;
      file.enhanced(id, stamp, frame).obsolete(id, stamp + 1n, frame);
    });
    const theirs = await tsharkRows(file.file(), ['frame.interface_id', 'frame.time_epoch']);
    const ours = readPcapng(file.file()).taps.flatMap(({ packets }, id) =>
      packets.map(({ ns }) => ({ 'frame.interface_id': `${id}`, 'frame.time_epoch': epoch(ns) })),
    );
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(2 * RESOLUTIONS.length);
  });

  test('the pcapng of others, block by block', async () => {
    const suite = `${FIXTURES}captures/gopacket/`;
    for (const file of PCAPNG_OF_OTHERS) {
      const bytes = readFileSync(`${suite}${file}`);
      const rows = await tsharkRows(bytes, ['frame.len', 'frame.cap_len', 'frame.comment']);
      const ours = readPcapng(bytes).taps.flatMap(({ packets }) =>
        packets.map(({ length, data, comment }) => [`${length}`, `${data.length}`, comment ?? '']),
      );
      const theirs = rows.map((row) => [row['frame.len'], row['frame.cap_len'], row['frame.comment']]);
      expect([file, ...ours.toSorted()]).toEqual([file, ...theirs.toSorted()]);
    }
  });
});

describe.skipIf(!isRoot)('Wireshark reads a live network as we do', () => {
  let machine: PrivateHost;
  let packets: readonly RawPacket[] = [];

  beforeAll(async () => {
    if (NO_TSHARK !== undefined) return;
    machine = await privateHost('node', { userns: false });
    packets = await liveCapture(machine.host);
  });
  afterAll(() => machine?.close());
  beforeEach(({ skip }) => skip(NO_TSHARK !== undefined, NO_TSHARK));

  test('field by field', async () => {
    const theirs = await theirReading(writePcapng([{ name: 'v0', packets }]), [4789, 8472, 5555]);
    const decode = decoder({ vxlanPorts: [4789, 8472, 5555] });
    expect(packets.map((raw) => ourReading(decode(raw)))).toEqual(theirs);
  });

  test('and there is one of each kind', () => {
    const decode = decoder({ vxlanPorts: [4789, 8472, 5555] });
    const frames = packets.flatMap((raw) => {
      const outer = decode(raw);
      return [outer, outer.vxlan?.inner ?? {}, outer.icmp?.original ?? {}];
    });
    expect(frames.filter(({ malformed }) => malformed !== undefined)).toEqual([]);
    const kinds = frames.flatMap((frame) => [
      ...(frame.arp ? [`arp-${frame.arp.op}`] : []),
      ...(frame.icmp ? [`icmp${frame.icmp.version} ${frame.icmp.kind}`] : []),
      ...(frame.tcp ? [`tcp ${frame.tcp.flags}${frame.tcp.mss ? ' mss' : ''}`] : []),
      ...(frame.udp ? ['udp'] : []),
      ...(frame.vxlan ? ['vxlan'] : []),
      ...(frame.icmp?.original?.vxlan ? ['vxlan that an error quotes'] : []),
      ...(frame.eth?.vlans ? [`vlans ${frame.eth.vlans.join(' ')}`] : []),
      ...(frame.ipv4?.moreFragments || frame.ipv4?.fragmentOffset ? ['ipv4 fragment'] : []),
      ...(frame.ipv6?.fragment ? ['ipv6 fragment'] : []),
      ...(frame.ipv4?.options ?? []).map((type) => `ipv4 option ${type}`),
      ...(frame.ipv6?.extensions ?? []).map((type) => `ipv6 extension ${type}`),
    ]);
    expect([...new Set(kinds)]).toEqual(
      expect.arrayContaining([
        ...['arp-request', 'arp-reply', 'icmp4 echo-request', 'icmp4 echo-reply', 'icmp4 unreachable'],
        ...[
          'ipv4 fragment',
          'ipv4 option 7',
          'vlans 30',
          'vlans 7 30',
          'vxlan',
          'udp',
          'tcp SYN mss',
          'tcp SYN,ACK mss',
        ],
        ...['icmp6 echo-request', 'icmp6 neighbour-solicitation', 'icmp6 neighbour-advertisement'],
        ...['icmp6 multicast-listener-report', 'ipv6 extension 0', 'ipv6 extension 44', 'ipv6 fragment'],
      ]),
    );
  });
});

/** Two namespaces and every kind of traffic between them, seen at the veth that joins them. */
async function liveCapture(host: Host): Promise<readonly RawPacket[]> {
  const made = await host.run(['bash', '-ec', LIVE_SETUP]);
  if (made.exitCode !== 0) throw new Error(`the network cannot be wired: ${made.stderr}`);
  const { taps } = await capture([{ name: 'v0', host, dev: 'v0' }], '', () =>
    host.run(['bash', '-c', LIVE_TRAFFIC]),
  );
  const [tap] = taps;
  if (tap?.status !== 'complete') throw new Error(`the tap is ${tap?.status}: ${tap?.reason}`);
  // As the file for tshark has them: a tap's own stamps may be in slight disorder.
  return readPcap(tap.pcap).packets.toSorted((a, b) => Number(a.ns - b.ns));
}

const LIVE_SETUP = `
ip netns add pod
ip link add v0 type veth peer name eth0 netns pod
in_pod() { ip netns exec pod "$@"; }
ip addr add 10.9.0.1/24 dev v0; ip -6 addr add fd00::1/64 dev v0 nodad
in_pod ip addr add 10.9.0.2/24 dev eth0; in_pod ip -6 addr add fd00::2/64 dev eth0 nodad
ip link add vx type vxlan id 7 dstport 5555 local 10.9.0.1 remote 10.9.0.2
in_pod ip link add vx type vxlan id 7 dstport 5555 local 10.9.0.2 remote 10.9.0.1
ip addr add 10.40.0.1/24 dev vx; in_pod ip addr add 10.40.0.2/24 dev vx
in_pod ip link set lo up; ip link set v0 up
`;
/** An ARP request from 10.9.0.1 in VLAN 30, and in that within provider VLAN 7: not every kernel has VLAN devices. */
const ARP = '0001080006040001 020000000001 0a090001 000000000000 0a090002'.replaceAll(' ', '');
const TAGGED = ['8100001e0806', '88a800078100001e0806'].map(
  (tags) => `ffffffffffff020000000001${tags}${ARP}`,
);
/** Perl: sends frames in hex through the interface with this index (AF_PACKET is 17, struct sockaddr_ll). */
const SEND = `
use Socket;
socket(my $s, 17, SOCK_RAW, 0) or die $!;
my $to = pack "SnlSCCa8", 17, 0, shift, 0, 0, 6, "";
send($s, pack("H*", $_), 0, $to) or die $! for @ARGV;
`;
/**
 * Links come up while the tap listens, so that it sees the kernel's own IPv6 messages; the tunnel's other end later than
 * the first packet for it, which an ICMP error answers.
 */
const LIVE_TRAFFIC = `
in_pod() { ip netns exec pod "$@"; }
in_pod ip link set eth0 up; ip link set vx up
ping -c 1 -W 1 10.40.0.2 >/dev/null
in_pod ip link set vx up
in_pod timeout 5 busybox nc -l -p 8080 >/dev/null </dev/null &
for i in 1 2 3; do ping -c 1 -W 1 10.9.0.2 >/dev/null && break; done
ping -c 1 -W 1 -s 4000 10.9.0.2 >/dev/null
ping -c 1 -W 1 -R 10.9.0.2 >/dev/null
for i in 1 2 3; do ping -c 1 -W 1 10.40.0.2 >/dev/null && break; done
for i in 1 2 3; do ping -6 -c 1 -W 1 -s 3000 fd00::2 >/dev/null && break; done
bash -c 'echo datagram >/dev/udp/10.9.0.2/9' 2>/dev/null
echo hello | timeout 2 busybox nc 10.9.0.2 8080 >/dev/null 2>&1
perl -e '${SEND}' "$(ip -o link show v0 | cut -d: -f1)" ${TAGGED.join(' ')}
true
`;
