import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { junitXml } from '../../../../scripts/nightly/junit.ts';
import type { Night } from '../../../../scripts/nightly/night.ts';
import { check, failing, night, run } from './nights.ts';

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
}

/** By a parser that takes nothing that is not well-formed XML 1.0. @throws where it does not */
function parse(text: string): Node {
  const top: Node = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const node = { name, attributes: attributes as Record<string, string>, children: [], text: '' };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('text', (piece) => {
    const node = open.at(-1);
    if (node) node.text += piece;
  });
  parser.on('closetag', () => open.pop());
  parser.write(text).close();
  const [root] = top.children;
  if (!root) throw new Error('an empty document');
  return root;
}

/** The form that CI systems agree on: elements, what is in them, their attributes, counts that are right. */
function expectJunit(root: Node): void {
  const counted = { testsuites: 0, testsuite: 0 };
  const count = (node: Node) => {
    const cases = node.name === 'testcase' ? [node] : casesBelow(node);
    const having = (name: string) =>
      cases.filter(({ children }) => children.some((one) => one.name === name)).length;
    return {
      tests: cases.length,
      failures: having('failure'),
      errors: having('error'),
      skipped: having('skipped'),
    };
  };
  const visit = (node: Node, parent: string) => {
    expect(PARENTS[node.name], node.name).toBe(parent);
    const keys = ATTRIBUTES[node.name] ?? [];
    expect(Object.keys(node.attributes).sort(), node.name).toEqual([...keys].sort());
    if (node.name === 'testsuites' || node.name === 'testsuite') {
      counted[node.name]++;
      const { tests, failures, errors, skipped } = node.attributes;
      expect({ tests, failures, errors, skipped }).toEqual(
        Object.fromEntries(Object.entries(count(node)).map(([key, value]) => [key, String(value)])),
      );
    }
    if ('time' in node.attributes) expect(node.attributes.time).toMatch(/^\d+\.\d{3}$/);
    if (node.name === 'testcase') expect(node.children.length).toBeLessThanOrEqual(1);
    for (const child of node.children) visit(child, node.name);
  };
  visit(root, '');
  expect(counted.testsuites).toBe(1);
}

const casesBelow = (node: Node): readonly Node[] =>
  node.children.flatMap((child) => (child.name === 'testcase' ? [child] : casesBelow(child)));

const PARENTS: Readonly<Record<string, string>> = {
  testsuites: '',
  testsuite: 'testsuites',
  properties: 'testsuite',
  property: 'properties',
  testcase: 'testsuite',
  failure: 'testcase',
  error: 'testcase',
  skipped: 'testcase',
};
const COUNTS = ['name', 'tests', 'failures', 'errors', 'skipped', 'time'];
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  testsuites: COUNTS,
  testsuite: [...COUNTS, 'timestamp', 'hostname'],
  property: ['name', 'value'],
  testcase: ['name', 'classname', 'time'],
  failure: ['message', 'type'],
  error: ['message', 'type'],
  skipped: ['message'],
};

const read = (of: Night) => {
  const root = parse(junitXml(of));
  expectJunit(root);
  return root;
};

test('a suite for each run, a case for each check; failures have both sides', () => {
  const ran = run([
    { ...check('whole'), check: undefined },
    check('fine'),
    failing('wrong'),
    failing('slow', 'up'),
    check('in doubt', {
      verdict: 'inconclusive',
      rounds: { up: { verdict: 'inconclusive', details: ['a tap died'] } },
    }),
    check('excused', { excused: 'kubelets do so' }),
  ] as never);
  const root = read(night([ran, run([check('fine')], { repeat: 2 })]));
  expect(root.attributes).toMatchObject({
    tests: '6',
    failures: '2',
    errors: '1',
    skipped: '1',
    time: '10.000',
  });
  expect(root.children.map(({ attributes }) => attributes.name)).toEqual([
    'small on netns, repeat 1',
    'small on netns, repeat 2',
  ]);
  const cases = casesBelow(root.children[0] as Node);
  expect(
    cases.map(({ attributes, children }) => [attributes.name, ...children.map((one) => one.name)]),
  ).toEqual([
    ['fine'],
    ['wrong', 'failure'],
    ['slow', 'failure'],
    ['in doubt', 'error'],
    ['excused', 'skipped'],
  ]);
  // Five checks of one experiment of 100 ms.
  expect(cases.map(({ attributes }) => attributes.time)).toEqual(Array(5).fill('0.020'));
  const [, wrong, slow, doubt, excused] = cases.map(({ children }) => children[0]);
  expect(wrong).toMatchObject({
    attributes: { message: 'expected 1, observed 2', type: 'fail' },
    text: [
      'in up: fail',
      '  expected 1, observed 2',
      '  expected 1',
      '  observed 2',
      'in verify: fail',
      '  expected 1, observed 2',
      '  expected 1',
      '  observed 2',
    ].join('\n'),
  });
  expect(slow?.attributes.type).toBe('late');
  expect(slow?.text).toMatch(/in verify: pass$/);
  expect(doubt).toMatchObject({
    attributes: { message: 'a tap died', type: 'inconclusive' },
    text: 'in up: inconclusive\n  a tap died\nin verify: not made',
  });
  expect(excused?.attributes.message).toBe('kubelets do so');
});

test('a run that could not be made is an error, one that was stopped is left out', () => {
  const root = read(
    night([
      run([], { state: 'failed', reason: 'no engine\n→ npm run doctor' }),
      run([], { state: 'stopped' }),
      run([check('fine')], { left: 'the engine is locked' }),
    ]),
  );
  expect(
    root.children.map((suite) =>
      casesBelow(suite).map(({ attributes, children }) => [
        attributes.name,
        ...children.map((one) => `${one.name}: ${one.attributes.message}`),
      ]),
    ),
  ).toEqual([
    [['the lab can be run', 'error: no engine → npm run doctor']],
    [['the lab can be run', 'skipped: the night was stopped']],
    [['the lab is taken down', 'error: the engine is locked'], ['fine']],
  ]);
});

test('an experiment as a whole has a case where it is in doubt, or has no checks', () => {
  const doubt = { verdict: 'inconclusive', details: ['it was not reached'] } as const;
  const root = read(
    night([
      run([
        { ...check(''), check: undefined, experiment: 'bare' },
        {
          ...check(''),
          check: undefined,
          experiment: 'lost',
          verdict: 'inconclusive',
          rounds: { up: doubt },
        },
      ] as never),
    ]),
  );
  expect(casesBelow(root).map(({ attributes }) => attributes.name)).toEqual([
    'bare, as a whole',
    'lost, as a whole',
  ]);
});

const HOSTILE = [
  ']]>',
  '<!--',
  '"\'&amp;&#0;',
  '\u0000\u0007\u001b[31m',
  '\ud800',
  '\udc00\ud800',
  '\ufffe\uffff',
  '\r\n\t',
  '😀',
  '  ',
];
/** What comes back: what no XML may hold is a question mark in a lozenge. */
const kept = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are meant
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd');

test('whatever a lab, a machine or a program says: well-formed, and the same when it is read', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 5 })), { maxLength: 5 })
      .map((a) => a.join('')),
  );
  fc.assert(
    fc.property(text, text, text, fc.jsonValue(), (name, detail, machine, observed) => {
      const verdict = 'fail' as const;
      const found = { verdict, details: [detail], expected: name, observed: observed as never };
      const wrong = check(name, { verdict, rounds: { up: found } });
      const [failed, skipped] = casesBelow(
        read(night([run([wrong, check(name, { excused: `x${detail}` })])], { machine })),
      );
      expect(failed?.attributes.name).toBe(kept(name));
      expect(failed?.children[0]?.text).toBe(
        kept(
          `in up: fail\n  ${detail}\n  expected ${JSON.stringify(name)}\n  observed ${JSON.stringify(observed)}\nin verify: not made`,
        ),
      );
      expect(skipped?.children[0]?.attributes.message).toBe(
        kept(`x${detail}`.trim().replaceAll(/\s*\n\s*/g, ' ')),
      );
    }),
    { numRuns: 150 },
  );
});

test('a value without end is cut, and says where all of it is', () => {
  const long = {
    verdict: 'fail',
    details: ['x'.repeat(1000)],
    expected: 1,
    observed: 'y'.repeat(9000),
  } as const;
  const [failed] = casesBelow(read(night([run([check('a', { verdict: 'fail', rounds: { up: long } })])])));
  expect(failed?.children[0]?.attributes.message).toHaveLength(200);
  expect(failed?.children[0]?.text).toMatch(/y… \(all of it is in results\.json\)\n/);
});
