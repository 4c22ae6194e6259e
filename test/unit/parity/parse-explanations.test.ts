// Explanations that name what there is not are refused, with the name that was meant.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LabExperiment } from '../../../infra/lab/lab.ts';
import { parseLab } from '../../../infra/lab/parse.ts';
import { parityJsonSchema } from '../../../infra/parity/explanation.ts';
import { parseExplanations } from '../../../infra/parity/parse-explanations.ts';

const LAB = `name: bad
cluster: { nodes: [{ name: a }] }
network: { type: kindnet, podCIDR: 10.9.0.0/16 }
workloads: [{ name: p, replicas: 2 }]
experiments:
  - { kind: ping, name: ping, from: p-1, to: p-2, checks: [{ name: three come back, select: received, expect: 3 }] }
  - { kind: ping, name: plain, from: p-1, to: p-2 }
  - { kind: exec, name: words, steps: [{ in: p-1, command: [ls, a b] }, { in: p-1, command: [ping, "\${p-2.address}"] }] }
`;
const experiments = parseLab(LAB, 'lab.yaml').experiments as readonly LabExperiment[];
const parse = (text: string) => parseExplanations(text, 'parity.yaml', experiments, ['netns', 'kind']);
const one = (more: Readonly<Record<string, string>>) =>
  `- ${JSON.stringify({ experiment: 'ping', check: 'three come back', backend: 'kind', expect: 'fail', why: 'slow', ...more })}\n`;
const refusal = (text: string) => {
  try {
    parse(text);
  } catch (error) {
    return (error as Error).message;
  }
  return 'it was taken';
};

test('what is right is taken as it is written', () => {
  const text = `
- experiment: ping
  check: three come back
  backend: kind
  expect: inconclusive
  why: >-
    It is slower
    there.
- { experiment: plain, backend: kind, expect: missing, why: no ping }
`;
  expect(parse(text)).toEqual([
    {
      experiment: 'ping',
      check: 'three come back',
      backend: 'kind',
      expect: 'inconclusive',
      why: 'It is slower there.',
    },
    { experiment: 'plain', backend: 'kind', expect: 'missing', why: 'no ping' },
  ]);
  expect(parse('[]')).toEqual([]);
});

test('the place, and the name that was meant', () => {
  expect(
    refusal(`- { experiment: pingg, check: three come back, backend: kind, expect: fail, why: slow }`),
  ).toMatchInlineSnapshot(`
    "parity.yaml:1:17: there is no experiment "pingg" in this lab
      1 | - { experiment: pingg, check: three come back, backend: kind, expect: fail, why: slow }
        |                 ^^^^^
      did you mean "ping"?"
  `);
  expect(refusal(one({ check: 'three came back' }))).toContain(
    'experiment ping has no check "three came back"\n',
  );
  expect(refusal(one({ check: 'three came back' }))).toContain('did you mean "three come back"?');
  expect(refusal(one({ backend: 'knid' }))).toMatch(
    /there is no backend "knid"\n[\s\S]*did you mean "kind"\?/,
  );
  expect(refusal(one({ expect: 'failed' }))).toMatch(
    /is not one of: fail, inconclusive, missing\n[\s\S]*did you mean "fail"\?/,
  );
  expect(refusal(one({ chekc: 'x' }))).toMatch(/unknown key "chekc" in \[0\]\n[\s\S]*did you mean "check"\?/);
  expect(refusal(one({ why: '' }))).toContain('this text must not be empty');
});

test('a check that the lab file does not name may be one that the experiment makes up', () => {
  expect(refusal(one({ experiment: 'plain', check: 'whatever' }))).toBe('it was taken');
  expect(refusal(one({ experiment: 'words', check: "ls 'a b'" }))).toBe('it was taken');
  expect(refusal(one({ experiment: 'words', check: 'ping 10.9.0.3' }))).toBe('it was taken');
});

test('every problem at once; what is explained twice is one', () => {
  const text = one({}) + one({ why: 'again' }) + one({ backend: 'knid', experiment: 'pin' });
  expect(refusal(text)).toMatch(/^parity\.yaml:2:3: this is explained already\n/);
  expect(refusal(text).match(/^parity\.yaml:/gm)).toHaveLength(3);
});

test('what is no list, and nothing at all', () => {
  expect(refusal('experiment: ping\n')).toMatch(/^parity\.yaml:1:1: expected a list, found a mapping\n/);
  expect(refusal('')).toBe(
    'parity.yaml:1:1: the file is empty\n  it is a list of {experiment, check, backend, expect, why}; remove it when there is nothing to explain',
  );
});

test('labs/parity.schema.json is up to date (else: node scripts/write-schemas.ts)', () => {
  const published = readFileSync(new URL('../../../labs/parity.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(parityJsonSchema())));
});
