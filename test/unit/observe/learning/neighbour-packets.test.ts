// Whose MAC a host learns from which packet: the rules of ARP and of neighbour discovery, one packet each.
import { describe, expect, test } from 'vitest';
import { causeOf } from '../../../../infra/observe/learning/causes.ts';
import type { LearnedState } from '../../../../infra/observe/learning/learned-state.ts';
import type { Transition } from '../../../../infra/observe/learning/transitions.ts';
import type { Packet } from '../../../../infra/observe/packets/packet.ts';

const OWN = '02:00:00:00:00:01';
const OTHER = '02:00:00:00:00:02';
const ALL = 'ff:ff:ff:ff:ff:ff';

const state: LearnedState = {
  host: 'pod',
  fromNs: 0n,
  untilNs: 1n,
  interfaces: [
    {
      name: 'eth0',
      ifindex: 2,
      peerIfindex: 3,
      kind: 'veth',
      mac: OWN,
      mtu: 1500,
      state: 'UP',
      up: true,
      details: {},
    },
  ],
  addresses: [
    { dev: 'eth0', family: 'inet', address: '10.0.0.1', prefix: 24, scope: 'global' },
    { dev: 'eth0', family: 'inet6', address: 'fd00::1', prefix: 64, scope: 'global' },
  ],
  fdb: [],
  neighbours: [],
  conntrack: [],
};

function arp(
  ns: number,
  op: 'request' | 'reply',
  targetIp = '10.0.0.1',
  dst = op === 'reply' ? OWN : ALL,
): Packet {
  const sender = { senderMac: OTHER, senderIp: '10.0.0.2' };
  return {
    ...{ ns: BigInt(ns), length: 42, eth: { src: OTHER, dst, type: 0x806 } },
    arp: { op, ...sender, targetMac: OWN, targetIp },
  };
}

function discovery(
  ns: number,
  kind: 'neighbour-solicitation' | 'neighbour-advertisement',
  target: string,
): Packet {
  const ip = {
    hopLimit: 255,
    trafficClass: 0,
    flowLabel: 0,
    nextHeader: 58,
    protocol: 58,
    payloadLength: 32,
  };
  return {
    ...{ ns: BigInt(ns), length: 86, eth: { src: OTHER, dst: OWN, type: 0x86dd } },
    ipv6: { src: 'fd00::2', dst: 'fd00::1', ...ip },
    icmp: { version: 6, type: 135, code: 0, kind, target, linkAddress: OTHER },
  };
}

/** Stamps of the packet that made the neighbour's entry and of those that may have, or why there is none. */
function causes(packets: readonly Packet[], change: Partial<Transition> & { readonly state?: string } = {}) {
  const { state: nud = 'STALE', ...rest } = change;
  const v6 = packets.some(({ ipv6 }) => ipv6 !== undefined);
  const transition = {
    ...{ host: 'pod', table: 'neighbours', change: 'added', sinceNs: 0n, perhapsSinceNs: 0n, untilNs: 100n },
    after: { dst: v6 ? 'fd00::2' : '10.0.0.2', dev: 'eth0', mac: OTHER, state: nud },
    ...rest,
  } as Transition;
  const taps = [{ name: 'eth0', host: 'pod', dev: 'eth0', packets }];
  const { by, perhaps, why } = causeOf(transition, { taps, crossings: [], states: [state] });
  return [by === undefined ? why : Number(by.packet.ns), ...perhaps.map(({ packet }) => Number(packet.ns))];
}

const NONE = 'no packet that the taps saw carried it in time';

describe('ARP', () => {
  test('who asks for the host is learned by it, who asks for another is not', () => {
    expect(causes([arp(1, 'request', '10.0.0.9'), arp(2, 'request')])).toEqual([2]);
    expect(causes([arp(1, 'request', '10.0.0.9')])).toEqual([NONE]);
  });

  test('an entry that is there is changed by whatever its owner says', () => {
    expect(causes([arp(1, 'request', '10.0.0.9')], { change: 'changed' })).toEqual([1]);
    expect(causes([arp(1, 'reply', '10.0.0.2', ALL)], { change: 'changed' })).toEqual([1]);
  });

  test('an announcement to everybody makes none', () => {
    expect(causes([arp(1, 'reply', '10.0.0.2', ALL)])).toEqual([NONE]);
  });

  test('a reply to everybody is no answer: what changed without one, it may have changed', () => {
    const both = [arp(1, 'reply'), arp(2, 'reply', '10.0.0.2', ALL)];
    expect(causes(both, { change: 'changed', eventNs: 50n, state: 'STALE' })).toEqual([2]);
  });

  test('the state that a monitor told says whether it was the answer or the question', () => {
    const both = [arp(1, 'request'), arp(2, 'reply')];
    expect(causes(both, { eventNs: 50n, state: 'REACHABLE' })).toEqual([2]);
    expect(causes(both, { eventNs: 50n, state: 'STALE' })).toEqual([1]);
    expect(causes(both.toReversed(), { eventNs: 50n, state: 'STALE' })).toEqual([1]);
  });

  test('read later, an answer that came first may have been to nobody: then it was the question', () => {
    expect(causes([arp(1, 'reply'), arp(2, 'request')])).toEqual([1, 2]);
    expect(causes([arp(1, 'request'), arp(2, 'reply')])).toEqual([1]);
  });

  test('what came before or after the change did not cause it', () => {
    expect(causes([arp(101, 'request')])).toEqual([NONE]);
    expect(causes([arp(1, 'request'), arp(30, 'request')], { sinceNs: 20n, perhapsSinceNs: 20n })).toEqual([
      30,
    ]);
  });

  test('what the host said itself teaches it nothing', () => {
    const own: Packet = { ...arp(1, 'request'), eth: { src: OWN, dst: ALL, type: 0x806 } };
    expect(causes([own])).toEqual([NONE]);
  });
});

describe('neighbour discovery', () => {
  test('a solicitation for the host teaches it who asks, an advertisement what it asked for', () => {
    expect(causes([discovery(1, 'neighbour-solicitation', 'fd00::1')])).toEqual([1]);
    expect(causes([discovery(1, 'neighbour-solicitation', 'fd00::9')])).toEqual([NONE]);
    expect(causes([discovery(1, 'neighbour-advertisement', 'fd00::2')])).toEqual([1]);
    expect(causes([discovery(1, 'neighbour-advertisement', 'fd00::3')])).toEqual([NONE]);
  });
});
