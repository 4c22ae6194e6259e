import { expect, test } from 'vitest';
import { parseSoakOptions, SoakUsageError } from '../../../../scripts/soak/options.ts';

test('both labs of the articles, 300 times each, unless told otherwise', () => {
  expect(parseSoakOptions([])).toMatchObject({ labs: ['kindnet', 'flannel'], rebuilds: 300, afresh: 10 });
  expect(parseSoakOptions(['--labs', 'mesh, mesh', '--rebuilds', '5'])).toMatchObject({
    labs: ['mesh'],
    rebuilds: 5,
  });
});

test.each([
  [['--rebuilds', '0'], '--rebuilds takes a number from 1 to'],
  [['--afresh', '1.5'], '--afresh takes a number from 1 to'],
  [['--labs', ' , '], '--labs names no lab'],
  [['--often'], "Unknown option '--often'"],
])('%s is refused', (args, message) => {
  expect(() => parseSoakOptions(args)).toThrow(SoakUsageError);
  expect(() => parseSoakOptions(args)).toThrow(message);
});
