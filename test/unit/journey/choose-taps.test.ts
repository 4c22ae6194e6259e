// Where taps go, from what the kernels say: on the way there and back, on bridges, and at every port that ARP reaches.
import { describe, expect, test } from 'vitest';
import { predictTapped } from '../../../infra/journey/choose-taps.ts';
import { placeName } from '../../../infra/journey/place.ts';
import { hops } from '../../../infra/predict/hop.ts';
import { forwarding, predictable } from '../predict/recorded.ts';

const flannel = predictable('flannel');
const kindnet = predictable('kindnet');
const anywhere = () => true;
const places = (
  ...[state, flow, extra = []]: [
    Parameters<typeof predictTapped>[0],
    { from: string; to: string },
    { host: string; dev: string }[]?,
  ]
) =>
  predictTapped(state, flow, 1, extra, anywhere).places.map((place) =>
    placeName(place).replace(/veth.+/, 'veth'),
  );

describe('taps', () => {
  test('of a routed network are on the interfaces of the way', () => {
    expect(places(kindnet, { from: 'pod-1', to: '10.244.1.2' })).toEqual([
      ...['pod-1/eth0', 'minikube/veth', 'minikube/eth0'],
      ...['minikube-m02/eth0', 'minikube-m02/veth', 'pod-2/eth0'],
    ]);
  });

  test('of a bridged one are on the bridge too, which sees what passes between its ports only because of the tap', () => {
    const flow = { from: 'pod-a', to: '10.42.0.3' };
    const { series, places: chosen } = predictTapped(flannel, flow, 2, [], anywhere);
    expect(chosen.map(placeName)).toContain('node-1/cni0');
    const copies = hops(series[0]?.request.branches ?? []).filter((hop) => hop.interface === 'cni0');
    expect(copies.map(({ direction }) => direction)).toEqual(['in']);
  });

  test('that are asked for come along, each place once', () => {
    const extra = [
      { host: 'minikube-m02', dev: 'eth0' },
      { host: 'pod-1', dev: 'eth0' },
    ];
    expect(places(kindnet, { from: 'pod-2', to: '10.244.1.3' }, extra)).toEqual([
      ...['pod-2/eth0', 'minikube-m02/veth', 'minikube-m02/veth', 'pod-3/eth0'],
      ...['minikube-m02/eth0', 'pod-1/eth0'],
    ]);
  });

  test('are only where something can be run', () => {
    const { places: chosen } = predictTapped(
      kindnet,
      { from: 'pod-2', to: '10.244.1.3' },
      1,
      [],
      (host) => host !== 'pod-3',
    );
    expect(chosen.map(({ host }) => host)).not.toContain('pod-3');
  });
});

test('a series: the first packet asks by ARP, the next ones know', () => {
  const forgetful = forwarding(kindnet, 'pod-2', () => ({ neighbours: [] }));
  const { series } = predictTapped(forgetful, { from: 'pod-2', to: '10.244.1.3' }, 3, [], anywhere);
  expect(
    series.map(({ solicitations }) => solicitations.map(({ host, address }) => `${host} ${address}`)),
  ).toEqual([['pod-2 10.244.1.1', 'minikube-m02 10.244.1.3'], [], []]);
});

test('walks over one observation do not know what another has learned', () => {
  const forgetful = forwarding(kindnet, 'pod-2', () => ({ neighbours: [] }));
  const once = () => predictTapped(forgetful, { from: 'pod-2', to: '10.244.1.3' }, 1, [], anywhere).series[0];
  expect(once()?.solicitations).toHaveLength(2);
  expect(once()).toEqual(once());
  expect(once()?.solicitations).toHaveLength(2);
});
