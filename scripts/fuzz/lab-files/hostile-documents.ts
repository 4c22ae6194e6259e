// Lab files by somebody who means harm: each kind of YAML that has brought a reader down somewhere. Pure.
import * as fc from 'fast-check';

const HEAD =
  'name: x\ncluster: { nodes: [{ name: n1 }] }\nnetwork: { type: kindnet, podCIDR: 10.244.0.0/16 }\n';
const size = fc.nat({ max: 3000 });

/** Each level names the one before so many times. */
const bomb = fc
  .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 12 }))
  .map(([levels, times]) => {
    const lines = Array.from({ length: levels }, (_, i) => {
      const items = Array(times).fill(i === 0 ? 'x' : `*a${i - 1}`);
      return `  - &a${i} [${items.join(', ')}]`;
    });
    return `${HEAD}description:\n${lines.join('\n')}\n`;
  });
const merge = fc.tuple(size, fc.boolean()).map(([n, self]) => {
  const base = `x: &a { name: n1, <<: ${self ? '*a' : '{ name: n2 }'} }\n`;
  return `${base}${HEAD.replace('{ name: n1 }', '{ <<: *a }')}workloads: [${Array(n % 300)
    .fill('{ <<: *a }')
    .join(', ')}]\n`;
});
const deep = fc
  .tuple(
    fc.nat({ max: 20_000 }),
    fc.constantFrom('[', '{a: ', '- ', '? ', '- - ', '&x [', '!!seq [', '>', '"', '${', '(', "'"),
  )
  .map(([n, open]) => `${HEAD}description: ${open.repeat(n)}`);
const steps = fc
  .tuple(fc.nat({ max: 400 }), fc.boolean())
  .map(
    ([n, closed]) =>
      `${HEAD}description:${Array.from({ length: n }, (_, i) => `\n${' '.repeat(i + 1)}a:`).join('')}${closed ? ' 1' : ''}\n`,
  );
const duplicates = fc
  .tuple(
    size,
    fc.constantFrom(
      'name',
      '__proto__',
      'constructor',
      'experiments',
      '"a b"',
      '[a]',
      '{a: b}',
      '1',
      '~',
      '',
    ),
  )
  .map(([n, key]) => `${HEAD}${Array(n).fill(`${key}: x`).join('\n')}\n`);
const prototype = fc.constantFrom(
  `${HEAD}__proto__: { polluted: true }\n`,
  `{ "__proto__": { "name": "x" }, "constructor": { "prototype": { "polluted": true } } }`,
  `${HEAD}workloads: [{ name: w, annotations: { __proto__: x, constructor: y } }]\n`,
  `${HEAD}experiments: [{ kind: inspect, name: e, checks: [{ name: c, select: __proto__, expect: 1 }] }]\n`,
);
const counts = fc.tuple(size, size, size).map(([nodes, workloads, replicas]) =>
  JSON.stringify({
    name: 'big',
    cluster: {
      underlay: '10.0.0.0/16',
      nodes: Array.from({ length: nodes % 300 }, (_, i) => ({ name: `n${i}` })),
    },
    network: { type: 'flannel', podCIDR: '10.64.0.0/10' },
    workloads: Array.from({ length: workloads }, (_, i) => ({ name: `w${i}`, replicas: replicas % 1001 })),
  }),
);
const prefix = fc.oneof(fc.nat({ max: 32 }), fc.integer({ min: -1, max: 129 }));
const octet = fc.constantFrom(0, 1, 10, 127, 172, 192, 224, 240, 255, 256);
const range = fc.oneof(
  fc.tuple(octet, octet, octet, octet, prefix).map(([a, b, c, d, bits]) => `${a}.${b}.${c}.${d}/${bits}`),
  fc
    .tuple(fc.constantFrom('fd00::', '::', 'fe80::1', 'ff00::', '2001:db8::ffff', '1:2:3:4:5:6:7:8'), prefix)
    .map(([a, bits]) => `"${a}/${bits}"`),
);
const ranges = fc
  .tuple(
    fc.array(range, { minLength: 6, maxLength: 6 }),
    prefix,
    prefix,
    fc.constantFrom('kindnet', 'flannel', 'conflist'),
    fc.nat({ max: 250 }),
  )
  .map(([[a, b, c, d, e, f], bits, bits6, type, nodes]) =>
    [
      `name: x\ncluster:\n  underlay: ${a}\n  underlay6: ${b}\n  outside: { cidr: ${c} }\n  nodes:`,
      ...Array.from(
        { length: nodes },
        (_, i) => `    - { name: n${i}${i === 1 ? `, podCIDR: ${d}, podCIDR6: ${e}` : ''} }`,
      ),
      `network: { type: ${type}, podCIDR: ${d}, podCIDR6: ${f}, nodeMaskBits: ${bits}, nodeMaskBits6: ${bits6} }`,
      'workloads: [{ name: w, replicas: 1000 }]',
    ].join('\n'),
  );
const numbers = fc
  .tuple(
    fc.constantFrom('replicas', 'mtu', 'vni', 'port', 'nodeMaskBits', 'count', 'hostPort'),
    fc.constantFrom(
      '9'.repeat(400),
      `0x${'f'.repeat(300)}`,
      '1e999',
      '-1e-999',
      '0o777',
      '.inf',
      '.nan',
      '1_0',
      '+1',
      '0.1',
      '1e3',
      '2e0',
      '१',
    ),
  )
  .map(
    ([key, value]) =>
      `name: x\ncluster: { nodes: [{ name: n1 }] }\nnetwork: { type: flannel, podCIDR: 10.244.0.0/16, ${key}: ${value} }\nworkloads: [{ name: w, ${key}: ${value}, ports: [{ containerPort: 1, ${key}: ${value} }] }]\n`,
  );
const bytes = fc
  .tuple(
    fc.constantFrom('\ufeff', '\ufffe', '\u0000', '\u001b]0;x\u0007', '\r', '\u0085', '\u2028', '\t'),
    fc.nat({ max: HEAD.length }),
    fc.nat({ max: 5000 }),
  )
  .map(([char, at, n]) => HEAD.slice(0, at) + char.repeat(n) + HEAD.slice(at));
const lists = fc
  .tuple(
    fc.nat({ max: 30_000 }),
    fc.constantFrom(
      '- x\n',
      '- - x\n',
      'a: b\n',
      '? a\n',
      '# c\n',
      '---\n',
      '\n',
      '- {}\n',
      '- [\n',
      '&a\n',
      '- !!str\n',
      '- "\n',
      '- |\n',
    ),
  )
  .map(([n, line]) => line.repeat(n));
const experiments = fc
  .tuple(
    fc.nat({ max: 1200 }),
    fc.constantFrom('w-1', 'n1', '${w.address}', '__proto__', 'w-1/main', 'x'.repeat(3000)),
  )
  .map(([n, to]) =>
    JSON.stringify({
      name: 'x',
      cluster: { nodes: [{ name: 'n1' }] },
      network: { type: 'kindnet', podCIDR: '10.244.0.0/16' },
      workloads: [{ name: 'w', replicas: 2 }],
      experiments: Array.from({ length: n }, (_, i) => ({
        kind: 'ping',
        name: `e${i}`,
        from: to,
        to,
        checks: [{ name: 'c', select: to, expect: { $matches: '(a+)+$', $count: i } }],
      })),
    }),
  );

export const hostileDocument: fc.Arbitrary<string> = fc.oneof(
  ...[bomb, merge, deep, steps, duplicates, prototype, counts, ranges, numbers, bytes, lists, experiments],
  fc.string({ unit: 'binary', maxLength: 400 }),
);
