// Every case has a name by which it can be had again, and a seed always says the same ones.
import { expect, test } from 'vitest';
import { atPoints, type Case, nameOf, parseCase, sequence } from '../../../../scripts/crash/cases.ts';
import { OPERATIONS, type Operation } from '../../../../scripts/crash/points.ts';

function first(count: number, seed: number): readonly Case[] {
  const cases = sequence('kindnet', seed);
  return Array.from({ length: count }, () => cases.next().value);
}

test('a name says the whole case', () => {
  const cases = first(500, 7);
  expect(cases.map((one) => parseCase(nameOf(one)))).toEqual(cases);
});

test.each([
  '',
  'kindnet/up base/lock taken/engine',
  'kindnet/up base/no such point/engine/again',
  'kindnet/up base/lock taken/nobody/again',
  'kindnet/update base-many/lock taken/engine/again',
  'calico/up base/0.5/engine/again',
  'kindnet/up base/1.5/engine/forward',
  'kindnet/up base/0.5/engine/again/more',
])('%j is no case', (name) => {
  expect(parseCase(name)).toBeUndefined();
});

test('a seed says the same cases each time, another seed others', () => {
  expect(first(50, 1)).toEqual(first(50, 1));
  expect(first(50, 1)).not.toEqual(first(50, 2));
});

test('every point of every operation comes with each of its victims, and half of the cases are at any time', () => {
  const most = Math.max(...OPERATIONS.map((operation) => atPoints(operation).length));
  // Six cases a round; each operation has a point in every second round of its own.
  const cases = first(6 * 2 * most, 3);
  for (const operation of OPERATIONS) {
    const own = cases.filter((one) => one.operation === operation);
    const named = own.filter(({ moment }) => typeof moment === 'string');
    const had = new Set(named.map(({ moment, victim }) => `${moment}/${victim}`));
    expect([...had].sort()).toEqual(
      atPoints(operation)
        .map(({ moment, victim }) => `${moment}/${victim}`)
        .sort(),
    );
    expect(named).toHaveLength(own.length / 2);
  }
});

test('a lab lives from up to down, and its updates lead from one variant to the other', () => {
  const round = first(6, 5);
  expect(round.map(({ operation }) => operation)).toEqual([
    'up',
    'update',
    'verify',
    'update',
    'rebuild',
    'down',
  ] satisfies Operation[]);
  const [, there, look, back] = round as [Case, Case, Case, Case];
  expect([there.from, back.to]).toEqual(['base', 'base']);
  expect([look.from, back.from]).toEqual([there.to, there.to]);
  expect(there.to).not.toBe('base');
});
