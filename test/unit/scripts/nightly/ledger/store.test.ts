import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { historyText } from '../../../../../scripts/nightly/ledger/history-text.ts';
import { ledgerLineSchema, ledgerLines } from '../../../../../scripts/nightly/ledger/line.ts';
import { readHistory } from '../../../../../scripts/nightly/ledger/read-history.ts';
import { appendToLedger, readLedger } from '../../../../../scripts/nightly/ledger/store.ts';
import { check, failing, night, nightLines, run } from '../nights.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'cnilab-ledger-'));
  file = path.join(directory, 'deep', 'nights.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('is added to, and read back as it was written', async () => {
  const [first, second] = [nightLines(1, 'a', ['pass', 'fail']), nightLines(2, 'a', ['pass'])];
  await appendToLedger(file, first);
  const before = readFileSync(file, 'utf8');
  await appendToLedger(file, []);
  await appendToLedger(file, second);
  expect(readFileSync(file, 'utf8').startsWith(before)).toBe(true);
  expect(await readLedger(file)).toEqual({ lines: [...first, ...second], unreadable: [] });
});

test('a line that was cut off costs that line alone, and does not swallow the next', async () => {
  const lines = nightLines(1, 'a', ['pass', 'pass']);
  await appendToLedger(file, lines);
  appendFileSync(file, '{"version":1,"night":"2026-');
  await appendToLedger(file, nightLines(2, 'a', ['fail']));
  appendFileSync(file, '{"version":2}\nnot JSON\n\n');
  const read = await readLedger(file);
  expect(read.lines).toEqual([...lines, ...nightLines(2, 'a', ['fail'])]);
  expect(read.unreadable).toEqual([3, 5, 6].map((line) => `${file}:${line}`));
});

test('a line for the lab, each experiment and each check', () => {
  const whole = { ...check(''), check: undefined } as never;
  const lines = ledgerLines(night([]), run([whole, check('a', { attempts: 2 }), failing('b', 'up')]));
  expect(lines.map((line) => ledgerLineSchema.parse(line))).toEqual(lines);
  const base = {
    version: 1,
    night: '2026-01-01T02:00:00.000Z',
    date: '2026-01-01T02:00:01.000Z',
    commit: 'c0ffee',
    dirty: false,
    machine: 'here',
    lab: 'small',
    backend: 'netns',
    repeat: 1,
  };
  const passed = { up: 'pass', verify: 'pass', verdict: 'pass', durationMs: 100, experiment: 'ping' };
  expect(lines).toEqual([
    { ...base, verdict: 'pass', durationMs: 5000 },
    { ...base, ...passed },
    { ...base, ...passed, check: 'a', attempts: 2 },
    { ...base, ...passed, check: 'b', verdict: 'fail', up: 'fail', reason: 'expected 1, observed 2' },
  ]);
});

test('a lab that could not be run is a line with the reason; a run that was stopped is none', () => {
  const reason = `no engine\n  ${'x'.repeat(400)}`;
  const [line, ...others] = ledgerLines(night([]), run([], { state: 'failed', reason }));
  expect(others).toEqual([]);
  expect(line).toMatchObject({ verdict: 'environment', reason: expect.stringMatching(/^no engine x+…$/) });
  expect(line?.reason).toHaveLength(300);
  expect(ledgerLines(night([]), run([check('a')], { state: 'stopped' }))).toEqual([]);
});

test('history: what needs looking at first, from several files; a file that is not there is told', async () => {
  const other = path.join(directory, 'other.jsonl');
  await appendToLedger(file, [
    ...nightLines(1, 'a', ['pass', 'pass']),
    ...nightLines(2, 'b', ['fail', 'fail']),
    ...nightLines(2, 'b', ['pass', 'fail'], { check: 'in time' }),
    ...nightLines(2, 'b', ['late'], { check: 'learned' }),
    ...nightLines(2, 'b', ['pass'], { check: 'fine' }),
  ]);
  const lab = { experiment: undefined, check: undefined, lab: 'big', reason: 'no docker' };
  await appendToLedger(other, nightLines(2, 'b', ['environment'], lab));
  const { rows } = await readHistory([file, other], 14);
  expect(historyText(rows)).toMatchInlineSnapshot(`
    "Fails in every run since (1)
      small on netns, here: ping, answered
        since 2026-01-02T02:00:00.000Z (regression): it passed before; 4 runs in 2 nights

    Flaky: passes and fails with the same commit (1)
      small on netns, here: ping, in time
        1 of 2 runs failed, with commit b both; 2 runs in 1 night

    Slow to converge (1)
      small on netns, here: ping, learned
        failed in up and passed in verify in 1 of 1 runs; 1 run in 1 night

    Could not be run (1)
      big on netns, here: the lab itself
        1 of 1 runs: no docker; 1 run in 1 night

    1 of 5 labs, experiments and checks pass in every run, in 2 nights"
  `);
  expect(historyText([])).toBe('The ledger is empty: no night has been written into it.');
  await expect(readHistory(['gone.jsonl'], 14, directory)).rejects.toThrow('there is no ledger gone.jsonl');
});
