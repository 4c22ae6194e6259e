// Values that something trips over somewhere: put in the place of what a person would write. Pure.
import * as fc from 'fast-check';

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '$each',
  '$order',
  '$is',
  '',
];
const ADDRESSES = [
  ...[
    '0.0.0.0',
    '0.0.0.0/0',
    '255.255.255.255',
    '255.255.255.255/32',
    '10.0.0.0/8',
    '10.0.0.1/31',
    '127.0.0.1/8',
  ],
  ...['224.0.0.1', '10.244.0.0/33', '10.244.0.0/-1', '256.1.1.1', '1.2.3', '010.1.1.1', '10.244.0.0/16/16'],
  ...['::', '::/0', '::1', 'ff02::1', 'fe80::1%eth0', '::ffff:10.0.0.1', 'fd00::/127', 'fd00::/129', ':::'],
];
const NUMBERS = [
  ...[-1, 0, 1, 1.5, 63, 64, 65535, 65536, 2 ** 31, 2 ** 32, 2 ** 53, 1e21, 1e308],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0],
];
const TEXTS = [
  ...[
    ' ',
    '\t',
    '\n',
    '\u0000',
    '\u001b[2J',
    '\u0007',
    '\ud800',
    '\ufeff',
    '\u2028',
    '\u202e',
    'é'.repeat(80),
    'a'.repeat(64),
  ],
  ...[
    '${n1.address}',
    '${',
    '${}',
    '${a.b.c}',
    '${__proto__.x}',
    '${constructor.name}',
    '$(id)',
    '`id`',
    '../../etc',
    '/etc/passwd',
  ],
  ...[
    '-rf',
    '--',
    '-c 1; id',
    "'",
    '"',
    '\\',
    '%s%n',
    '<script>',
    'null',
    '~',
    'yes',
    '0x10',
    '1_000',
    '1e400',
    '2001-01-01',
  ],
  // A pattern that takes a backtracking matcher for ever.
  ...['^(a+)+$', '(x+x+)+y', '[', '(?<', '\\'],
];

/** Short ones; `longText` has the others. */
export const hostileScalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...NAMES, ...ADDRESSES, ...NUMBERS, ...TEXTS, true, false, null),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.double(),
  fc.integer(),
);

export const longText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('a', 'x-', ' ', '\u001b', 'é', '10.', '${a.b}', '{', '\n- ', '"', '\\'),
    fc.nat({ max: 30_000 }),
  )
  .map(([part, times]) => part.repeat(times));

/** Of any shape. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: hostileScalar },
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: longText },
  { weight: 1, arbitrary: fc.tuple(fc.nat({ max: 200 }), fc.constantFrom('[]', '{}')).map(nested) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat({ max: 2000 }), hostileScalar).map(([n, one]) => Array(n).fill(one)),
  },
);

function nested([depth, shape]: readonly [number, string]): unknown {
  let value: unknown = 'end';
  for (let i = 0; i < depth; i++) value = shape === '[]' ? [value] : { a: value };
  return value;
}
