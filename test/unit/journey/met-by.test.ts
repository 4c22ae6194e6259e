// Which pods a packet meets, without having looked into any of them: by the nodes' ends of their veths.
import { expect, test } from 'vitest';
import { metBy } from '../../../infra/journey/met-by.ts';
import { predictSeries } from '../../../infra/predict/exchange.ts';
import { forwarding, predictable } from '../predict/recorded.ts';

const flannel = predictable('flannel');
const { 'pod-b': _, ...others } = flannel.hosts;
const met = (lab: typeof flannel, to: string) =>
  metBy(predictSeries(lab, { from: 'pod-a', to }, 1), flannel.pods);

test('those at both ends, and nobody else', () => {
  expect(met(flannel, '10.42.1.2')).toEqual(['pod-a', 'pod-d']);
});

test('one that nobody has looked into, when a frame is flooded to its port', () => {
  const without = { ...flannel, hosts: others };
  const forgetful = forwarding(without, 'pod-a', () => ({ neighbours: [] }));
  expect(met(forgetful, '10.42.1.2')).toEqual(expect.arrayContaining(['pod-a', 'pod-b']));
  expect(met(without, '10.42.1.2')).not.toContain('pod-b');
});
