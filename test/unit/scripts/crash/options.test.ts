import { expect, test } from 'vitest';
import { parseOptions, USAGE } from '../../../../scripts/crash/options.ts';

test('what is not said', () => {
  expect(parseOptions([])).toMatchObject({ runs: 50, seed: 1, lanes: 2, only: [], table: [], keep: false });
  expect(parseOptions([]).scenarios).toBeUndefined();
});

test('a case by its name', () => {
  const { only } = parseOptions(['--only', 'flannel/update base-mtu/plugin ADD ended/provider/back']);
  expect(only).toEqual([
    {
      network: 'flannel',
      operation: 'update',
      from: 'base',
      to: 'mtu',
      moment: 'plugin ADD ended',
      victim: 'provider',
      recovery: 'back',
    },
  ]);
});

test.each([
  [['--runs', '0'], '--runs takes a whole number from 1 to 1000000, not "0"'],
  [['--seed', '-1'], /seed/],
  [['--lanes', '1.5'], '--lanes takes a whole number from 1 to 64, not "1.5"'],
  [['--only', 'engine'], '"engine" is no case: take it from the line of a failure'],
  [['--rnus', '5'], /--rnus/],
] as [string[], string | RegExp][])('%j is refused', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});

test('the help names every option', () => {
  for (const option of [
    'runs',
    'seed',
    'lanes',
    'only',
    'scenario',
    'directory',
    'log',
    'table',
    'keep',
    'help',
  ])
    expect(USAGE).toMatch(new RegExp(`^ {2}.*--${option}\\b`, 'm'));
});
