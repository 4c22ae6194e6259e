// The assertion language: what holds, what does not, and the words in which a student is told.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MatcherError, match } from '../../../infra/experiments/match.ts';
import type { Json } from '../../../infra/experiments/result.ts';
import type { Matcher } from '../../../infra/lab/schema.ts';

/** Messages of the differences. */
function told(expected: Matcher, observed: Json | undefined, path = ''): string[] {
  return match(expected, observed, path).map((part) => part.message);
}

const routes = [
  { dst: 'default', via: '10.244.0.1', dev: 'eth0', scope: 'global' },
  { dst: '10.244.0.0/24', via: '10.244.0.1', dev: 'eth0', scope: 'global', src: '10.244.0.2' },
  { dst: '10.244.0.1', dev: 'eth0', scope: 'link', src: '10.244.0.2' },
];

describe('scalars and mappings', () => {
  it('names the field that is not as expected', () => {
    expect(
      told([{ via: '10.244.0.254' }, { dst: '10.244.0.0/24' }, { dst: '10.244.0.1' }], routes, 'routes'),
    ).toEqual(['routes[0].via: expected 10.244.0.254, observed 10.244.0.1']);
  });

  it('keeps numbers and numeric texts apart, and says so', () => {
    expect(told({ mtu: 1500 }, { mtu: '1500' }, 'eth0')).toEqual([
      'eth0.mtu: expected the number 1500, observed the text "1500"',
    ]);
    expect(told({ up: true }, { up: 'true' })).toEqual([
      'up: expected the boolean true, observed the text "true"',
    ]);
  });

  it('ignores fields nobody asked about', () => {
    expect(told({ name: 'eth0' }, { name: 'eth0', mtu: 1450 })).toEqual([]);
  });

  it('says that a field is not there', () => {
    expect(told({ master: 'cni0' }, { name: 'eth0' }, 'eth0')).toEqual([
      'eth0.master: expected cni0, observed nothing',
    ]);
    expect(told({ toString: 'x' }, {})).toEqual(['toString: expected x, observed nothing']);
  });

  it('says what is there in place of a mapping or a list', () => {
    expect(told({ a: 1 }, 'text')).toEqual(['expected {a: 1}, observed text']);
    expect(told(['a'], { a: 1 })).toEqual(['expected the list [a], observed {a: 1}']);
  });
});

describe('lists', () => {
  it('says which element is missing', () => {
    expect(told(['eth0', 'lo'], ['eth0'], 'names')).toEqual(['names: missing: lo']);
  });

  it('says which element is unexpected', () => {
    expect(told(['eth0', 'lo'], ['eth0', 'eth1', 'lo'], 'names')).toEqual(['names[1]: unexpected: eth1']);
  });

  it('says which element is out of order', () => {
    expect(told(['a', 'b', 'c'], ['b', 'a', 'c'], 'hops')).toEqual([
      'hops[1]: out of order: a was expected at [0]',
      'hops[0]: out of order: b was expected at [1]',
    ]);
  });

  it('does not blame the rows behind a missing one', () => {
    expect(told([{ dst: 'default' }, { dst: '10.9.0.0/16' }, ...routes.slice(1)], routes, 'routes')).toEqual([
      'routes: missing: {dst: 10.9.0.0/16}',
    ]);
  });

  it('does not blame every row when one came and one went', () => {
    expect(told(['a', 'b', 'c', 'd', 'e'], ['b', 'c', 'd', 'e', 'f'], 'l')).toEqual([
      'l: missing: a; none of the 5 rows is near',
      'l[4]: unexpected: f',
    ]);
  });

  it('points at the nearest row', () => {
    const wanted = [{ dst: 'default', via: '10.244.0.9' }];
    expect(told(wanted, [routes[2] as Json, routes[0] as Json], 'routes')).toEqual([
      'routes: missing: {dst: default, via: 10.244.0.9}; nearest is routes[1].via: expected 10.244.0.9, observed 10.244.0.1',
      'routes[0]: unexpected: {dst: 10.244.0.1, dev: eth0, scope: link, src: 10.244.0.2}',
      'routes[1]: unexpected: {dst: default, via: 10.244.0.1, dev: eth0, scope: global}',
    ]);
  });
});

describe('operators', () => {
  const holds: [string, Matcher, Json | undefined][] = [
    ['$contains, rows', { $contains: [{ dst: 'default' }, { scope: 'link' }] }, routes],
    ['$contains, one row', { $contains: { dst: 'default' } }, routes],
    ['$contains, text', { $contains: ['ttl=63', 'bytes'] }, '64 bytes, ttl=63'],
    [
      '$unordered',
      { $unordered: [{ dst: '10.244.0.1' }, { dst: 'default' }, { src: '10.244.0.2' }] },
      routes,
    ],
    ['$count', { $count: 3 }, routes],
    ['$count with a matcher', { $count: { $between: [2, 4] } }, routes],
    ['$every', { $every: { dev: 'eth0' } }, routes],
    ['$none', { $none: { dev: 'eth1' } }, routes],
    ['$none over nothing, expected in so many words', { $none: { a: 1 }, $count: 0 }, []],
    ['$any', { $any: { scope: 'link' } }, routes],
    ['$matches', { $matches: '^veth[0-9a-f]{8}$' }, 'veth273eff8f'],
    ['$not', { $not: 'a' }, 'b'],
    ['$not around $absent', { $not: { $absent: true } }, 'b'],
    ['$oneOf', { $oneOf: [1, 2] }, 2],
    ['$oneOf with $absent', { $oneOf: ['x', { $absent: true }] }, undefined],
    ['$atLeast and $atMost', { $atLeast: 2, $atMost: 2 }, 2],
    ['$absent', { $absent: true }, undefined],
    ['$inCidr', { $inCidr: '10.244.0.0/24' }, '10.244.0.77'],
    ['$inCidr, IPv6', { $inCidr: 'fe80::/10' }, 'fe80::1'],
    ['$each and $is', { $each: 'dst', $is: ['default', '10.244.0.0/24', '10.244.0.1'] }, routes],
    ['$each with a gap', { $each: 'via', $is: ['10.244.0.1', '10.244.0.1', { $absent: true }] }, routes],
    [
      '$each of a nested column',
      { $each: 'icmp.seq', $is: [1, 2] },
      [{ icmp: { seq: 1 } }, { icmp: { seq: 2 } }],
    ],
    ['$unique', { $unique: 'dst' }, routes],
    ['$same', { $same: 'dev' }, routes],
    [
      '$order',
      { $order: ['veth1', 'cni0', 'veth2'] },
      { veth2: '1700000000000000003', cni0: '1700000000000000001', veth1: '1700000000000000001' },
    ],
    ['$order, numbers', { $order: ['a', 'b'] }, { a: 0, b: 12.5 }],
  ];
  it.each(holds)('%s holds', (_, expected, observed) => {
    expect(told(expected, observed)).toEqual([]);
  });

  const fails: [string, Matcher, Json | undefined, string][] = [
    [
      '$contains',
      { $contains: [{ dst: 'default', via: '10.0.0.9' }] },
      routes,
      'r: nothing matches {dst: default, via: 10.0.0.9}; nearest is r[0].via: expected 10.0.0.9, observed 10.244.0.1',
    ],
    ['$contains, empty', { $contains: 'a' }, [], 'r: nothing matches a; there are no rows'],
    [
      '$contains, text',
      { $contains: 'ttl=63' },
      'ttl=64',
      'r: expected text with "ttl=63" in it, observed "ttl=64"',
    ],
    ['$unordered', { $unordered: ['a', 'b'] }, ['b'], 'r: missing: a'],
    ['$unordered, one too many', { $unordered: ['a'] }, ['b', 'a'], 'r[0]: unexpected: b'],
    ['$count', { $count: 0 }, ['a'], 'r: expected 0 rows, observed 1 row: [a]'],
    [
      '$count with a matcher',
      { $count: { $atLeast: 2 } },
      ['a'],
      'r: expected the number of rows to be {$atLeast: 2}, observed 1 row: [a]',
    ],
    ['$every', { $every: { a: 1 } }, [{ a: 1 }, { a: 2 }], 'r[1].a: expected 1, observed 2'],
    ['$every over nothing', { $every: { a: 1 } }, [], 'r: no rows to look at, so $every shows nothing'],
    [
      '$none',
      { $none: { a: { $atLeast: 2 } } },
      [{ a: 1 }, { a: 2 }],
      'r[1]: expected nothing that matches {a: {$atLeast: 2}}, observed {a: 2}',
    ],
    ['$none over nothing', { $none: 1 }, [], 'r: no rows to look at, so $none shows nothing'],
    ['$matches', { $matches: '^veth' }, 'eth0', 'r: expected text that matches /^veth/, observed eth0'],
    ['$matches on a number', { $matches: '1' }, 1, 'r: expected text that matches /1/, observed 1'],
    ['$not', { $not: 'a' }, 'a', 'r: expected a value other than a, observed a'],
    ['$not over nothing', { $not: 'a' }, undefined, 'r: expected a value other than a, observed nothing'],
    ['$oneOf', { $oneOf: ['a', 'b'] }, 'c', 'r: expected one of [a, b], observed c'],
    ['$atLeast', { $atLeast: 2 }, 1, 'r: expected at least 2, observed 1'],
    ['$atLeast on a numeric text', { $atLeast: 2 }, '3', 'r: expected at least 2, observed "3"'],
    ['$atMost', { $atMost: 2 }, 3, 'r: expected at most 2, observed 3'],
    ['$between', { $between: [1, 2] }, 3, 'r: expected a number from 1 to 2, observed 3'],
    ['$absent', { $absent: true }, 'x', 'r: expected no such field, observed x'],
    ['$absent: false', { $absent: false }, undefined, 'r: expected a value, observed nothing'],
    [
      '$inCidr',
      { $inCidr: '10.244.0.0/24' },
      '10.244.1.1',
      'r: expected an address in 10.244.0.0/24, observed 10.244.1.1',
    ],
    [
      '$inCidr of the other family',
      { $inCidr: '0.0.0.0/0' },
      '::1',
      'r: expected an address in 0.0.0.0/0, observed ::1',
    ],
    ['$each', { $each: 'a', $is: [1] }, [{ a: 2 }], 'r[*].a[0]: expected 1, observed 2'],
    [
      '$unique',
      { $unique: 'a' },
      [{ a: 1 }, { a: 2 }, { a: 1 }],
      'r[2].a: expected a value that no other row has (row [0] has it), observed 1',
    ],
    [
      '$unique of one row',
      { $unique: 'a' },
      [{ a: 1 }],
      'r: expected two rows at least, so that $unique compares something, observed [{a: 1}]',
    ],
    [
      '$unique of a column that is not there',
      { $unique: 'b' },
      [{ b: 1 }, { a: 1 }],
      'r[1].b: expected a value, observed nothing',
    ],
    ['$same', { $same: 'a' }, [{ a: 1 }, { a: 2 }], 'r[1].a: expected 1, as in row [0], observed 2'],
    [
      '$order',
      { $order: ['x', 'y'] },
      { x: '9007199254740993', y: '9007199254740992' },
      'r: expected x before y, observed x at "9007199254740993", y at "9007199254740992"',
    ],
    [
      '$order with a name that is not there',
      { $order: ['x', 'y'] },
      { x: 1 },
      'r.y: expected a time to order by, observed nothing',
    ],
    ['a list operator on a scalar', { $count: 1 }, 'x', 'r: expected a list for $count, observed x'],
    ['any operator on nothing', { $atLeast: 0 }, undefined, 'r: expected {$atLeast: 0}, observed nothing'],
  ];
  it.each(fails)('%s fails in words', (_, expected, observed, message) => {
    expect(told(expected, observed, 'r')).toEqual([message]);
  });

  it('takes no comfort from a count that excludes nothing', () => {
    expect(told({ $none: 1, $count: 2 }, [], 'r')).toEqual([
      'r: no rows to look at, so $none shows nothing',
      'r: expected 2 rows, observed 0 rows',
    ]);
  });

  it('needs all operators of a mapping to hold', () => {
    expect(told({ $count: 2, $contains: 'a' }, ['b'], 'r')).toHaveLength(2);
    expect(told({ $count: 1, $contains: 'a' }, ['a'], 'r')).toEqual([]);
  });

  it.each<[Matcher, RegExp]>([
    [{ $contain: 'a' }, /no operator \$contain; did you mean \$contains\?/],
    [{}, /empty mapping/],
    [{ $matches: '(' }, /not a regular expression/],
    [{ $inCidr: '10.0.0.0/33' }, /CIDR/],
    [{ $oneOf: 'a' }, /\$oneOf takes a list/],
    [{ $contains: [] }, /holds for everything/],
    [{ $each: 'a' }, /\$is/],
  ])('refuses %j, even inside $not, where it would seem to hold', (matcher, message) => {
    const observed = '$each' in (matcher as object) ? [] : 'a';
    expect(() => match(matcher, observed)).toThrow(MatcherError);
    expect(() => match({ $not: matcher }, observed)).toThrow(message);
  });

  it('gives up on a pattern that backtracks for ever', () => {
    expect(() => match({ $not: { $matches: '(a+)+$' } }, `${'a'.repeat(50)}b`)).toThrow(/nested repetition/);
  });
});

describe('for any JSON', () => {
  const key = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,6}$/);
  const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.string({ maxLength: 5 }), fc.constant(null));
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 4 }),
    ),
  }));

  it('a value matches itself', () => {
    fc.assert(
      fc.property(value, (json) => {
        expect(match(json, json)).toEqual([]);
      }),
    );
  });

  it('a changed leaf is named by its path', () => {
    fc.assert(
      fc.property(value, fc.nat(), (json, pick) => {
        const paths = leaves(json);
        fc.pre(paths.length > 0);
        const path = paths[pick % paths.length] as (string | number)[];
        const found = match(json, changed(json, path));
        const name = path.reduce<string>(
          (at, k) => (typeof k === 'number' ? `${at}[${k}]` : at ? `${at}.${k}` : k),
          '',
        );
        expect(found.map((part) => part.path)).toEqual([name]);
      }),
    );
  });

  it('an unordered list matches any permutation of itself, and nothing shorter', () => {
    fc.assert(
      fc.property(
        fc
          .array(value, { minLength: 1, maxLength: 6 })
          .chain((list) =>
            fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
          ),
        ([list, shuffled]) => {
          expect(match({ $unordered: list }, shuffled)).toEqual([]);
          expect(match({ $unordered: list }, shuffled.slice(1))).not.toEqual([]);
        },
      ),
    );
  });
});

function leaves(json: Json, at: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(json)) return json.flatMap((item, index) => leaves(item, [...at, index]));
  if (typeof json === 'object' && json !== null) {
    return Object.entries(json).flatMap(([name, item]) => leaves(item, [...at, name]));
  }
  return [at];
}

function changed(json: Json, [head, ...rest]: (string | number)[]): Json {
  if (head === undefined) return json === 'changed' ? 'changed again' : 'changed';
  if (Array.isArray(json)) return json.map((item, index) => (index === head ? changed(item, rest) : item));
  return Object.fromEntries(
    Object.entries(json as object).map(([name, item]) => [name, name === head ? changed(item, rest) : item]),
  );
}
