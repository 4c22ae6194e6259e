import { expect, test } from 'vitest';
import { outdatedOutputs, summaryLine } from '../../../scripts/cli/verbs/verify.ts';

const ran = [
  { name: 'within', verdict: 'pass' },
  { name: 'across', verdict: 'fail' },
] as const;

test('names each experiment whose verdict the stack’s outputs have otherwise, and what they have', () => {
  const outputs = { verdict: 'pass', experiments: { within: 'fail', across: 'pass', other: 'pass' } };
  expect(outdatedOutputs(outputs, ran)).toMatch(/: within \(fail\), across \(pass\)\. /);
});

test.each([
  ['they agree', { experiments: { within: 'pass', across: 'fail' } }],
  ['they have nothing of these experiments', { experiments: { other: 'pass' } }],
  ['there are none', {}],
  ['nobody here can read them', undefined],
])('says nothing when %s', (_, outputs) => {
  expect(outdatedOutputs(outputs, ran)).toBeUndefined();
});

test('the last line says how many pass, and of which it could not be found out', () => {
  expect(summaryLine(ran)).toBe('1 of 2 experiments pass');
  expect(summaryLine([...ran, { name: 'slow', verdict: 'inconclusive' }])).toBe(
    '1 of 3 experiments pass; of slow it could not be found out (above is why), which is no failure and no pass',
  );
});
