// What `npm run fuzz` understands, and what it says when it does not.
import { expect, test } from 'vitest';
import { parseOptions } from '../../../../scripts/fuzz/options.ts';

const parse = (...args: string[]) => parseOptions(args, 1_000_000);

test('a campaign has its own number of runs, and a seed of the moment', () => {
  expect(parse('lab-files')).toEqual({ campaign: 'lab-files', runs: 100_000, seed: 1000, lanes: 3 });
  expect(parse('predictions', '--runs', '5', '--seed', '7', '--lanes', '1')).toEqual({
    ...{ campaign: 'predictions', runs: 5, seed: 7, lanes: 1 },
  });
});

test('one case of a failure', () => {
  expect(parse('cni', '--seed', '4', '--path', '17:0:2')).toMatchObject({ seed: 4, path: '17:0:2' });
});

test('help is no campaign', () => {
  expect(parse('--help')).toBeUndefined();
});

test.each([
  [[], 'say what to try: lab-files, cni'],
  [['labs'], 'there is no campaign "labs"; there are lab-files'],
  [['cni', 'captures'], 'one campaign at a time, not also "captures"'],
  [['cni', '--runs', '0'], '--runs takes a number from 1 to 10000000, not "0"'],
  [['cni', '--seed', 'x'], '--seed takes a number from 0'],
  [['cni', '--path', '1'], 'say --seed too'],
  [['cni', '--seed', '1', '--path', 'a'], '--path takes what was printed with a failure'],
  [['cni', '--rnus', '1'], "Unknown option '--rnus'"],
] as const)('%j: %s', (args, words) => {
  expect(() => parse(...args)).toThrow(words);
});
