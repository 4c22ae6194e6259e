// Where a learning experiment listens when the lab names no taps.
import { expect, test } from 'vitest';
import type { PodStatus } from '../../../infra/backends/backend.ts';
import { tapsAround } from '../../../infra/experiments/learning-taps.ts';
import type { LearnedState } from '../../../infra/observe/learning/learned-state.ts';

const pods = [
  pod('one', 'n1', 'vethc'),
  pod('two', 'n1', 'vetha'),
  pod('three', 'n1', 'vethb'),
  pod('far', 'n2', 'vetha'),
];
const [one, two, , far] = pods;
const bridge = [
  link('cni0', 'bridge'),
  link('vetha', 'veth', 'cni0'),
  link('vethb', 'veth', 'cni0'),
  link('vethc', 'veth', 'cni0'),
  link('extra', 'veth', 'cni0'),
  link('eth0', 'veth'),
];

function pod(name: string, node: string, hostVeth: string): PodStatus {
  const ids = { containerId: name, pid: 1, mac: '', containers: [] };
  return { name, node, hostVeth, address: `10.0.0.${name.length}`, ...ids };
}

function link(name: string, kind: string, master?: string): LearnedState['interfaces'][number] {
  const common = { ifindex: 1, peerIfindex: 0, mac: '', mtu: 1500, state: 'UP', up: true, details: {} };
  return { name, kind, ...common, ...(master !== undefined && { master }) };
}

function names(ends: { sender?: PodStatus | undefined; target?: PodStatus | undefined }, links = bridge) {
  const anchor = (ends.sender ?? ends.target) as PodStatus;
  return tapsAround(anchor, ends, pods, links).map(({ name, at, dev }) => `${name}=${at}:${dev}`);
}

test('both ends, the bridge and every port of it, in the order of the way, other ports by name', () => {
  expect(names({ sender: one, target: two })).toEqual([
    'one-eth0=one:eth0',
    'one-veth=n1:vethc',
    'cni0=n1:cni0',
    'two-veth=n1:vetha',
    'extra=n1:extra',
    'three-veth=n1:vethb',
    'two-eth0=two:eth0',
  ]);
});

test("a target on another node: both ends of its veth, and all around the sender's bridge", () => {
  expect(names({ sender: one, target: far })).toEqual([
    'one-eth0=one:eth0',
    'one-veth=n1:vethc',
    'cni0=n1:cni0',
    'far-veth=n2:vetha',
    'extra=n1:extra',
    'three-veth=n1:vethb',
    'two-veth=n1:vetha',
    'far-eth0=far:eth0',
  ]);
});

test('a node that asks a pod, and a pod that asks what is no pod', () => {
  const around = [
    'cni0=n1:cni0',
    'two-veth=n1:vetha',
    'extra=n1:extra',
    'one-veth=n1:vethc',
    'three-veth=n1:vethb',
  ];
  expect(names({ target: two })).toEqual([...around, 'two-eth0=two:eth0']);
  expect(names({ sender: one })).toHaveLength(6);
});

test('without a bridge there are the veths of both', () => {
  const routed = [link('vethc', 'veth'), link('vetha', 'veth')];
  expect(names({ sender: one, target: two }, routed)).toEqual([
    'one-eth0=one:eth0',
    'one-veth=n1:vethc',
    'two-veth=n1:vetha',
    'two-eth0=two:eth0',
  ]);
});

test('a pod that asks itself has its two ends once', () => {
  expect(names({ sender: one, target: one }, [link('vethc', 'veth')])).toEqual([
    'one-eth0=one:eth0',
    'one-veth=n1:vethc',
  ]);
});
