import { expect, test } from 'vitest';
import { parseSoakOptions } from '../../../../scripts/soak/options.ts';
import { UsageError } from '../../../../scripts/tool/usage-error.ts';

test('both labs of the articles, 300 times each, unless told otherwise', () => {
  expect(parseSoakOptions([])).toMatchObject({ labs: ['kindnet', 'flannel'], rebuilds: 300, afresh: 10 });
  expect(parseSoakOptions(['--labs', 'mesh, mesh', '--rebuilds', '5'])).toMatchObject({
    labs: ['mesh'],
    rebuilds: 5,
  });
});

test.each([
  [['--rebuilds', '0'], '--rebuilds takes a whole number from 1 to'],
  [['--afresh', '1.5'], '--afresh takes a whole number from 1 to'],
  [['--labs', ' , '], '--labs names no lab'],
  [['--often'], "Unknown option '--often'"],
])('%s is refused', (args, message) => {
  expect(() => parseSoakOptions(args)).toThrow(UsageError);
  expect(() => parseSoakOptions(args)).toThrow(message);
});
