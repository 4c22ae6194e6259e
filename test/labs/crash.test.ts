// A few of the kills of `npm run crash`: whoever dies, the next command puts everything right, and nothing is left anywhere.
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { campaign } from '../../scripts/crash/campaign.ts';
import { type Case, parseCase } from '../../scripts/crash/cases.ts';
import type { Outcome } from '../../scripts/crash/outcome.ts';

/** One lab's life, in this order: what one leaves standing the next one begins with. */
const CASES = [
  'kindnet/up base/plugin ADD ended/provider/again',
  'kindnet/update base-mtu/plugin ADD ended/command/back',
  'kindnet/down base/lock taken/everything/again',
];

it('a plugin’s answer that nobody hears, a change that is put back, and the power in the middle of a down', async () => {
  const only = CASES.map((name) => parseCase(name) as Case);
  const options = { runs: only.length, seed: 0, lanes: 1, only, directory: tmpdir(), keep: false };
  const told: Outcome[] = [];
  const stop = new AbortController().signal;
  await campaign({ ...options, stop, told: (outcome) => told.push(outcome) });
  expect(told.map(({ name, came, wrong }) => ({ name, came, wrong }))).toEqual(
    CASES.map((name) => ({ name, came: 'survived', wrong: [] })),
  );
});
