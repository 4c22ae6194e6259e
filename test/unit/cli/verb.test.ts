// A wrong command line: what is wrong, the nearest name, and how the verb is used.
import { expect, test } from 'vitest';
import { explainError } from '../../../scripts/cli/explain-error.ts';
import { createProgram } from '../../../scripts/cli/program.ts';

async function said(words: string) {
  const program = createProgram(() => {});
  const error = await program.parseAsync(words.split(' '), { from: 'user' }).catch((error: unknown) => error);
  const { text, exitCode } = explainError(error);
  return { exitCode, lines: text.split('\n') };
}

test('a missing argument: the usage of that very verb, and an example', async () => {
  expect(await said('fault inject a b')).toEqual({
    exitCode: 2,
    lines: [
      "fault inject: too many arguments for 'inject'. Expected 1 argument but got 2: a, b",
      '  → usage: npm run -s lab -- fault inject [options] [fault]',
      '  → for example: npm run -s lab -- fault inject route-missing',
      '  → npm run -s lab -- fault inject --help   shows more',
    ],
  });
  expect((await said('trace a')).lines.slice(0, 2)).toEqual([
    "trace: missing required argument 'to'",
    '  → usage: npm run -s lab -- trace [options] <from> <to>',
  ]);
});

test.each([
  ['tarce', "unknown command 'tarce'", 'trace'],
  ['up --stak x', "up: unknown option '--stak'", '--stack'],
  ['course statsu', "course: unknown command 'statsu'", 'status'],
  // `fault` alone is `fault list`.
  ['fault injekt', "fault: unknown command 'injekt'", 'inject'],
  [
    'up --isolation rotless',
    "up: option '--isolation <how>' argument 'rotless' is invalid. Allowed choices are auto, rootless, root",
    'rootless',
  ],
])('%s: the nearest name', async (words, wrong, meant) => {
  const { exitCode, lines } = await said(words);
  expect(lines.slice(0, 2)).toEqual([wrong, `  → did you mean "${meant}"?`]);
  expect(exitCode).toBe(2);
});

test('what cannot be used together is said so, and in the help', async () => {
  expect((await said('trace a b --packets --send')).lines[0]).toBe(
    "trace: option '--send [count]' cannot be used with option '--packets'",
  );
  const help = createProgram(() => {}).commands.find((command) => command.name() === 'trace');
  expect(help?.helpInformation().replaceAll(/\s+/g, ' ')).toContain('not with --packets');
});
