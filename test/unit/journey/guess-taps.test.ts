// Taps guessed from what CNI reported: in the networks that cnilab wires, they are those that the prediction names.
import { expect, test } from 'vitest';
import { predictTapped } from '../../../infra/journey/choose-taps.ts';
import { guessTaps } from '../../../infra/journey/guess-taps.ts';
import { placeName } from '../../../infra/journey/place.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { predictable } from '../predict/recorded.ts';

const anywhere = () => true;
const names = (places: readonly { host: string; dev: string }[]) => places.map(placeName).toSorted();

function labOf(type: 'flannel' | 'kindnet') {
  const { nodes, pods } = predictable(type);
  const uplink = { 'node-1': '192.168.56.2', 'node-2': '192.168.56.3' } as Readonly<Record<string, string>>;
  const network = { type, vni: 1 } as Lab['network'];
  const addressed = nodes.map((node) => ({ ...node, address: uplink[node.name] ?? node.address }));
  return { lab: { network, nodes: addressed as Lab['nodes'] }, pods, state: predictable(type) };
}

test.each([
  ['kindnet', 'pod-1', '10.244.1.2'],
  ['kindnet', 'pod-2', '10.244.1.3'],
  ['flannel', 'pod-a', '10.42.1.2'],
  ['flannel', 'pod-a', '10.42.0.3'],
] as const)('of %s, from %s to %s', (type, from, to) => {
  const { lab, pods, state } = labOf(type);
  expect(names(guessTaps(lab, pods, { from, to }))).toEqual(
    names(predictTapped(state, { from, to }, 2, [], anywhere).places),
  );
});

test('with a node for one end, or both', () => {
  const { lab, pods } = labOf('flannel');
  expect(names(guessTaps(lab, pods, { from: 'node-1', to: '192.168.56.3' }))).toEqual([
    ...['node-1/eth0', 'node-2/eth0'],
  ]);
  const [, , podD] = pods;
  expect(names(guessTaps(lab, pods, { from: 'node-1', to: '10.42.1.2' }))).toEqual(
    ['node-1/eth0', 'node-2/cni0', 'node-2/eth0', `node-2/${podD?.hostVeth}`, 'pod-d/eth0'].toSorted(),
  );
});

test('nothing of what is neither pod nor node', () => {
  const { lab, pods } = labOf('kindnet');
  expect(guessTaps(lab, pods, { from: 'internet', to: '203.0.113.1' })).toEqual([]);
});
