// Every difference is found and named, and nothing else is.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UNKNOWN } from '../../../infra/provider/codec.ts';
import { propertyDiff, sameData } from '../../../infra/provider/property-diff.ts';

const named = (name: string, more: object = {}) => ({ name, ...more });

test('data is the same as a copy of itself, whatever the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(propertyDiff(value, structuredClone(value), ['it'])).toEqual([]);
    }),
  );
  expect(sameData({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
});

test('data that differs as JSON differs', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: true } as object), fc.jsonValue(), (a, b) => {
      // -0 is 0 in JSON, and keys have no order.
      const text = (value: unknown) => JSON.stringify(value, (_, member) => sortedKeys(member));
      expect(sameData(a, b)).toBe(text(a) === text(b));
    }),
  );
});

const sortedKeys = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

test.each([
  ['a value', { a: { b: 1 } }, { a: { b: 2 } }, [{ path: 'it.a.b', kind: 'update' }]],
  ['a key with a slash', {}, { 'a/b': 1 }, [{ path: 'it["a/b"]', kind: 'add' }]],
  ['a key that goes', { a: 1 }, {}, [{ path: 'it.a', kind: 'delete' }]],
  [
    'a plain list',
    [1, 2],
    [1, 3, 4],
    [
      { path: 'it[1]', kind: 'update' },
      { path: 'it[2]', kind: 'add' },
    ],
  ],
  [
    'the first of three named',
    [named('a'), named('b'), named('c')],
    [named('b'), named('c')],
    [{ path: 'it[0]', kind: 'delete' }],
  ],
  [
    'a named one that moved on',
    [named('a', { x: 1 }), named('b')],
    [named('b'), named('a', { x: 2 })],
    [
      { path: 'it[1].x', kind: 'update' },
      { path: 'it', kind: 'update' },
    ],
  ],
  ['a value not known yet', { a: UNKNOWN }, { a: UNKNOWN }, [{ path: 'it.a', kind: 'update' }]],
])('%s', (_, old, now, changes) => {
  expect(propertyDiff(old, now, ['it'])).toEqual(changes);
});
