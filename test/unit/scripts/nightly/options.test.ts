import { expect, test } from 'vitest';
import { NightUsageError, parseNightOptions } from '../../../../scripts/nightly/options.ts';

test('nothing said is all labs, all backends, three repeats', () => {
  expect(parseNightOptions([])).toEqual({
    ledger: [],
    set: [],
    repeats: 3,
    nights: 14,
    history: false,
    json: false,
    help: false,
  });
});

test('everything said', () => {
  const words =
    '--labs a,b,a --backend netns,kind --repeats 2 --out d --ledger l --machine m --set kind.image=x --json';
  expect(parseNightOptions(words.split(' '))).toMatchObject({
    labs: ['a', 'b'],
    backend: 'netns,kind',
    repeats: 2,
    out: 'd',
    ledger: ['l'],
    machine: 'm',
    set: ['kind.image=x'],
    json: true,
  });
});

test.each([
  ['--repeats 0', '--repeats takes a number from 1 to 100, not "0"'],
  ['--repeats 1e1', '--repeats takes a number from 1 to 100, not "1e1"'],
  ['--nights 0 --history --ledger l', '--nights takes a number from 1 on, not "0"'],
  ['--history', '--history needs to know of which nights: --ledger FILE'],
  ['--ledger a --ledger b', 'a night is written into one ledger; only --history reads several'],
  ['--labs ,', '--labs names no lab'],
  ['--out=', '--out has no value'],
  ['--ledger=', '--ledger has no value'],
  ['--retries 2', "Unknown option '--retries'"],
  ['kindnet', "Unexpected argument 'kindnet'"],
])('%s', (words, message) => {
  const parse = () => parseNightOptions(words.split(' '));
  expect(parse).toThrow(NightUsageError);
  expect(parse).toThrow(message);
});
