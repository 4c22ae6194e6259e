import { expect, test } from 'vitest';
import { needOf, type Verb } from '../../../../scripts/setup/verbs.ts';

test.each([
  ['lab', ['list'], 'packages'],
  ['lab', ['validate', 'labs/kindnet/lab.yaml'], 'packages'],
  ['lab', [], 'packages'],
  ['lab', ['exec', 'minikube', '--', 'ip', 'a'], 'everything'],
  ['up', ['--help'], 'packages'],
  ['up', ['flannel'], 'everything'],
  ['pulumi', ['preview'], 'everything'],
  ['doctor', [], 'packages'],
  ['test', ['lint', 'types'], 'packages'],
  ['test', ['lint', 'labs'], 'everything'],
  ['test', [], 'everything'],
  ['test-kind', [], 'everything'],
  ['test-kind', ['--help'], 'packages'],
  ['conformance', [], 'plugins'],
  ['conformance', ['--help'], 'packages'],
  ['nightly', ['--labs', 'kindnet'], 'everything'],
  ['nightly', ['--history', '--ledger', 'nights.jsonl'], 'packages'],
  ['fuzz', ['lab-files', '--runs', '10'], 'packages'],
  ['fuzz', ['predictions'], 'everything'],
] as [Verb, string[], string][])('%s %j needs %s', (verb, args, need) => {
  expect(needOf(verb, args)).toBe(need);
});
