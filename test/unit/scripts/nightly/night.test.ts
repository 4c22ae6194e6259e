import { expect, test } from 'vitest';
import { nightExitCode } from '../../../../scripts/nightly/night.ts';
import { nightWords } from '../../../../scripts/nightly/night-words.ts';
import { check, failing, night, run } from './nights.ts';

const passed = run([check('a')]);
const unknown = run([check('a'), check('b', { verdict: 'inconclusive' })]);
const failed = run([failing('a')]);
const notStood = run([], { state: 'failed', reason: 'no engine' });
const stands = run([check('a')], { left: 'the engine is locked' });
const kind = { name: 'kind', reason: 'no docker' };

test.each([
  ['everything passes', night([passed, passed]), 0],
  ['a check fails', night([passed, failed, passed]), 1],
  ['a check fails beside a lab that could not be run', night([failed, notStood]), 1],
  ['it failed in up, and passed in verify', night([run([failing('a', 'up')])]), 1],
  ['a lab could not be run', night([passed, notStood]), 3],
  ['a lab could not be run, and another is inconclusive', night([unknown, notStood]), 3],
  ['a lab is still up', night([stands]), 3],
  ['inconclusive, and nothing worse', night([passed, unknown]), 4],
  ['nothing was run', night([]), 3],
  [
    'a backend that was asked for cannot be used',
    night([passed], { unusable: [{ ...kind, asked: true }] }),
    3,
  ],
  ['one that nobody asked for cannot', night([passed], { unusable: [{ ...kind, asked: false }] }), 0],
  ['stopped', night([failed], { interrupted: true, planned: 3 }), 130],
])('%s', (_, of, code) => {
  expect(nightExitCode(of)).toBe(code);
});

test('in words', () => {
  const runs = [passed, failed, unknown, notStood, stands, run([], { state: 'stopped' })];
  expect(nightWords(night(runs, { planned: 9, interrupted: true }))).toBe(
    '1 of 9 runs pass, 1 FAIL, 1 inconclusive, 1 not run, 1 pass, still up, 1 stopped, the night was stopped',
  );
});
