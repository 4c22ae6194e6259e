// Rows of captured packets: what they carry first, what carries them beside it, and times that are not rounded.
import { expect, it } from 'vitest';
import { packetRows, pathRows } from '../../../infra/experiments/captured.ts';
import type { Frame, Packet } from '../../../infra/observe/packets/packet.ts';
import { correlate } from '../../../infra/observe/paths.ts';

/** Beyond 2^53: two stamps a nanosecond apart that a number could not tell apart. */
const START = 1_763_861_000_000_000_001n;

const echo: Frame = {
  eth: { src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02', type: 0x0800 },
  ipv4: {
    ...{ src: '10.42.0.2', dst: '10.42.1.2', ttl: 63, protocol: 1, id: 7, totalLength: 84 },
    ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0, tos: 0, headerLength: 20 },
  },
  icmp: { version: 4, type: 8, code: 0, kind: 'echo-request', id: 99, seq: 1 },
};
const seen = (ns: bigint, frame: Frame, length = 98): Packet => ({ ns, length, ...frame });
const tunnel: Frame = {
  eth: { src: '06:00:00:00:00:01', dst: '06:00:00:00:00:02', type: 0x0800 },
  ipv4: {
    ...{ src: '192.168.56.2', dst: '192.168.56.3', ttl: 64, protocol: 17, id: 8, totalLength: 134 },
    ...{ dontFragment: false, moreFragments: false, fragmentOffset: 0, tos: 0, headerLength: 20 },
  },
  udp: { srcPort: 40000, dstPort: 8472, length: 114 },
  vxlan: { vni: 1, inner: echo },
};
const taps = [
  { name: 'uplink', packets: [seen(START + 1n, tunnel, 148)] },
  { name: 'veth', packets: [seen(START, echo)] },
];

it('shows a VXLAN packet by what it carries, with the outer headers beside it', () => {
  const inner = {
    ...{ kind: 'echo-request', ethSrc: '02:00:00:00:00:01', ethDst: '02:00:00:00:00:02' },
    ...{ src: '10.42.0.2', dst: '10.42.1.2', ttl: 63, icmp: { type: 8, code: 0, id: 99, seq: 1 } },
  };
  expect(packetRows(taps)).toEqual([
    { tap: 'veth', index: 0, ns: 0, length: 98, ...inner },
    {
      ...{ tap: 'uplink', index: 0, ns: 1, length: 148, ...inner },
      vxlan: {
        ...{ vni: 1, outerSrc: '192.168.56.2', outerDst: '192.168.56.3', udpDst: 8472, outerTtl: 64 },
        ...{ outerEthSrc: '06:00:00:00:00:01', outerEthDst: '06:00:00:00:00:02' },
      },
    },
  ]);
});

it('follows a packet into its tunnel', () => {
  expect(pathRows(taps, correlate(taps))).toEqual([
    { packet: 'echo-request', seq: 1, src: '10.42.0.2', dst: '10.42.1.2', at: { veth: 0, uplink: 1 } },
  ]);
});

it('accounts for packets of other kinds too', () => {
  const ipv6: Frame = {
    ipv6: {
      ...{ src: 'fe80::1', dst: 'ff02::16', hopLimit: 1, nextHeader: 58, protocol: 58 },
      ...{ payloadLength: 36, trafficClass: 0, flowLabel: 0 },
    },
  };
  const report = { version: 6, type: 143, code: 0, kind: 'multicast-listener-report' } as const;
  const packets = [
    seen(1n, { ...ipv6, icmp: report }),
    seen(2n, ipv6),
    seen(3n, { eth: { src: '', dst: '', type: 0x88cc } }),
    seen(4n, { malformed: 'the Ethernet header is cut off' }),
  ];
  const rows = packetRows([{ name: 'tap', packets }]) as readonly { readonly kind: string }[];
  expect(rows.map(({ kind }) => kind)).toEqual([
    'multicast-listener-report',
    'ip-58',
    'ethertype-0x88cc',
    'malformed',
  ]);
});

it('shows who is asked for by neighbour discovery, and who answers, as it does for ARP', () => {
  const ipv6 = {
    hopLimit: 255,
    nextHeader: 58,
    protocol: 58,
    payloadLength: 32,
    trafficClass: 0,
    flowLabel: 0,
  };
  const asked = {
    version: 6,
    type: 135,
    code: 0,
    kind: 'neighbour-solicitation',
    target: 'fd00::2',
  } as const;
  const packets = [
    seen(1n, {
      ipv6: { ...ipv6, src: 'fd00::1', dst: 'ff02::1:ff00:2' },
      icmp: { ...asked, linkAddress: '02:00:00:00:00:01' },
    }),
    seen(2n, {
      ipv6: { ...ipv6, src: 'fd00::2', dst: 'fd00::1' },
      icmp: {
        ...asked,
        type: 136,
        kind: 'neighbour-advertisement',
        flags: 'SO',
        linkAddress: '02:00:00:00:00:02',
      },
    }),
  ];
  expect(packetRows([{ name: 'tap', packets }])).toMatchObject([
    {
      kind: 'neighbour-solicitation',
      dst: 'ff02::1:ff00:2',
      ndp: { target: 'fd00::2', mac: '02:00:00:00:00:01' },
    },
    { kind: 'neighbour-advertisement', ndp: { target: 'fd00::2', mac: '02:00:00:00:00:02', flags: 'SO' } },
  ]);
});

it('has nothing to say about nothing', () => {
  expect(packetRows([{ name: 'tap', packets: [] }])).toEqual([]);
  expect(pathRows([], [])).toEqual([]);
});
