import { expect, test } from 'vitest';
import { parseCase } from '../../../../scripts/crash/cases.ts';
import { formatOutcome, type Outcome, parseOutcomes } from '../../../../scripts/crash/outcome.ts';
import { crashTable } from '../../../../scripts/crash/table.ts';

function outcome(name: string, came: Outcome['came'], ...wrong: readonly string[]): Outcome {
  const one = parseCase(name);
  if (!one) throw new Error(name);
  return { ...one, name, came, wrong, exitCodes: [137, 0], seconds: 1, at: '2026-11-28T00:00:00.000Z' };
}

const OUTCOMES = [
  outcome('kindnet/up base/lock taken/engine/again', 'survived'),
  outcome('flannel/up base/lock taken/engine/down', 'failed', 'left: file tmp/x'),
  outcome('kindnet/up base/0.500/provider/again', 'survived'),
  outcome('kindnet/down base/holder gone/command/again', 'missed'),
];

test('points × victims, what failed with the words to have it again, and a last line that counts', () => {
  expect(crashTable(OUTCOMES)).toMatchInlineSnapshot(`
    "WHILE  AT          COMMAND  ENGINE  LANGUAGE HOST  PROGRAM  PROVIDER  HOLDER  AGENT  PLUGIN  TCPDUMP  EVERYTHING
    up     lock taken        -     1/2              -        -         -       -      -       -        -           -
    up     (any time)        -       -              -        -         1       -      -       -        -           -

    failed  flannel/up base/lock taken/engine/down
            left: file tmp/x
            again: npm run crash -- --only 'flannel/up base/lock taken/engine/down'
    2 of 3 kills survived with nothing left (1 time nobody was there to be killed)"
  `);
});

test('a log is read back, but for a line that was cut off', () => {
  const log = OUTCOMES.map((one) => `${formatOutcome(one)}\n`).join('');
  expect(parseOutcomes(log)).toEqual(OUTCOMES);
  expect(parseOutcomes(log.slice(0, -20))).toEqual(OUTCOMES.slice(0, -1));
});
