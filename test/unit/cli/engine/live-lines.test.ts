// What a person sees while the engine works, from event streams recorded with engine 3.253.0 (inputs and outputs cut out).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseEvent } from '../../../../scripts/cli/engine/events.ts';
import { LiveLines } from '../../../../scripts/cli/engine/live-lines.ts';

/** Each event comes a tenth of a second after the one before. */
function watch(fixture: string, lab: string, hidden?: readonly string[]) {
  let now = 0;
  const live = new LiveLines(lab, () => now, hidden);
  const passing: string[] = [];
  const lines = readFileSync(path.join(import.meta.dirname, '..', 'fixtures', fixture), 'utf8')
    .split('\n')
    .flatMap((line) => {
      now += 100;
      const event = parseEvent(line);
      const printed = event ? live.next(event) : [];
      const current = live.current().join(' | ');
      if (current !== '' && passing.at(-1) !== current) passing.push(current);
      return printed;
    });
  return { lines, passing, atTheEnd: live.current() };
}

test('a lab is made, and its experiment fails', () => {
  const { lines, atTheEnd } = watch('up-experiment-fails.jsonl', 'bad');
  expect(lines).toMatchInlineSnapshot(`
    [
      "  + cluster made  0.1 s",
      "  + network made  0.1 s",
      "  + workload p made  0.2 s",
      "  · experiment wrong failed, 1 of 1 checks",
      "  ✗ experiment wrong",
    ]
  `);
  expect(atTheEnd).toEqual([]);
});

test('a lab whose sandbox was killed is built anew: the reason, then one line for each thing', () => {
  expect(watch('up-rebuilds.jsonl', 'bad').lines).toMatchInlineSnapshot(`
    [
      "  · cluster: the cluster is gone (reboot, or killed): it will be rebuilt",
      "  ± cluster made anew  0.1 s",
      "  ± network made anew  0.1 s",
      "  ± workload p made anew  0.2 s",
      "  ✓ experiment wrong",
    ]
  `);
});

test('the passing line says what is being done, and how far it is', () => {
  expect(watch('up-experiment-fails.jsonl', 'bad').passing).toMatchInlineSnapshot(`
    [
      "  … making cluster  0.0 s",
      "  … making network  0.0 s",
      "  … making workload p  0.0 s",
      "  … making workload p  0.1 s  p: 2 pods on a",
      "  … 1 experiment to run",
      "  … running experiment wrong  0.1 s",
      "  … running experiment wrong  0.2 s",
    ]
  `);
});

test('types nobody waits for are left out', () => {
  const { lines } = watch('up-rebuilds.jsonl', 'bad', ['Workload', 'Experiment', 'Network']);
  expect(lines.filter((line) => /workload|network|✓/.test(line))).toEqual([]);
});

test('lines that are no events are passed over', () => {
  for (const line of ['', 'warning: something', '{"broken', '[]', '{}', '{"sequence":1,"cancelEvent":{}}']) {
    expect(parseEvent(line)).toBeUndefined();
  }
});
