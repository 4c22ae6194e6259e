// "None was seen there" is worth something only where a tap saw anything at all.
import { expect, test } from 'vitest';
import { deafPlaces } from '../../../infra/experiments/deaf-places.ts';
import { type Check, evaluateCheck } from '../../../infra/experiments/evaluate-check.ts';

const lookup = (name: string, field: string) => (field === 'hostVeth' ? `veth-${name}` : undefined);
const taps = [
  { name: 'n1/veth-pod3', packets: 2 },
  { name: 'n1/lo', packets: 0 },
];
const journeys = [{ packet: 'echo-request', way: ['pod1/eth0', 'n1/cni0'] }];
const reasons = (way: string, expectation: Check['expect'] = { $count: 0 }) => {
  const check = {
    name: 'none there',
    select: 'journeys',
    where: { way: { $contains: [way] } },
    expect: expectation,
  };
  const result = evaluateCheck(check, { journeys }, 'journey', lookup);
  return deafPlaces(check, result, taps, lookup);
};

test('a tap that saw other packets is good enough, by its name or by a template', () => {
  expect(reasons('n1/veth-pod3')).toEqual([]);
  expect(reasons('n1/${pod3.hostVeth}')).toEqual([]);
});

test('a tap that saw nothing shows nothing', () => {
  expect(reasons('n1/lo')).toEqual([
    'the tap at n1/lo saw no packet at all, so that it did not see these shows nothing',
  ]);
});

test('a place without a tap shows nothing', () => {
  expect(reasons('n2/eth0')).toEqual([
    'there was no tap at n2/eth0, so that nothing was seen there shows nothing',
  ]);
});

test('a check that found something, or fails, is left as it is', () => {
  expect(reasons('n1/cni0', { $count: 1 })).toEqual([]);
  expect(reasons('n1/lo', { $count: 1 })).toEqual([]);
});
