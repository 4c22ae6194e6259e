// One packet seen by two kernels: its order rests on the way, whatever the stamps say.
import { expect, test } from 'vitest';
import { inWayOrder } from '../../../infra/observe/way-order.ts';

const ip = { src: '', dst: '', protocol: 1, id: 0, tos: 0, headerLength: 20, totalLength: 84 };
const flags = { dontFragment: false, moreFragments: false, fragmentOffset: 0 };
/** `A64`: seen by the clock A with a TTL of 64; `A-`: without one. */
const order = (...seen: readonly string[]) => {
  const sightings = seen.map((tap, index) => {
    const ttl = Number(tap.replaceAll(/\D/g, ''));
    return { tap: `${tap} ${index}`, frame: ttl === 0 ? {} : { ipv4: { ...ip, ...flags, ttl } } };
  });
  return inWayOrder(sightings, (tap) => tap[0])
    .map(({ tap }) => tap.split(' ')[0])
    .join(' ');
};

test('from one kernel to the other: the TTL goes down', () => {
  expect(order('A64', 'A64', 'A63', 'B63', 'B62')).toBe('A64 A64 A63 B63 B62');
  expect(order('B63', 'B62', 'A64', 'A64', 'A63')).toBe('A64 A64 A63 B63 B62');
  expect(order('B63', 'A64', 'B62', 'A64', 'A63')).toBe('A64 A64 A63 B63 B62');
});

test('there and back through one that only routes', () => {
  expect(order('B63', 'B62', 'A64', 'A63', 'A62', 'A61')).toBe('A64 A63 B63 B62 A62 A61');
});

test('each clock keeps its own order, whatever the TTL', () => {
  expect(order('A63', 'A64', 'B62')).toBe('A63 A64 B62');
});

test('where no TTL tells, it begins with the first by the stamps and stays there', () => {
  expect(order('A-', 'B-', 'A-', 'B-')).toBe('A- A- B- B-');
});

test('by one clock it is the order of the stamps', () => {
  expect(order('A62', 'A64', 'A63')).toBe('A62 A64 A63');
});
