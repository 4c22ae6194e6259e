import { expect, test } from 'vitest';
import type { Cycle } from '../../../../scripts/soak/cycle.ts';
import { isClean, soakText } from '../../../../scripts/soak/summary.ts';

const cycle = (number: number, over: Partial<Cycle> = {}): Cycle => ({
  lab: 'kindnet',
  number,
  how: number % 10 === 0 ? 'afresh' : 'rebuild',
  seconds: 6,
  problems: [],
  sample: { processes: 13, descriptors: 53, memory: 1.1, files: 69 + number, kilobytes: 3000, history: 2 },
  ...over,
});
const cycles = Array.from({ length: 40 }, (_, i) => cycle(i + 1));

test('says how many were well, and the medians of either end', () => {
  const text = soakText({ cycles, left: [] });
  expect(text).toContain(
    'kindnet: 40 of 40 rebuilds without a flake, 4 of them a down and an up; 6.0 s each',
  );
  expect(text).toMatch(/processes +13 +13\n/);
  // 1 to 4, and 37 to 40, files more than 69.
  expect(text).toMatch(/ files +71\.5 +107\.5\n/);
  expect(text).toContain('Nothing is left.');
  expect(isClean({ cycles, left: [] })).toBe(true);
});

test('a flake is told with the cycle it was in, and so is what is left', () => {
  const flaky = [...cycles.slice(0, 39), cycle(40, { problems: ['ping: up observed something else'] })];
  expect(soakText({ cycles: flaky, left: [] })).toContain('kindnet 40: ping: up observed something else');
  expect(soakText({ cycles: flaky, left: [] })).toContain('39 of 40 rebuilds');
  expect(isClean({ cycles: flaky, left: [] })).toBe(false);
  expect(soakText({ cycles, left: ['process 7: sleep'] })).toContain('Left at the end:\n  process 7: sleep');
  expect(isClean({ cycles, left: ['process 7: sleep'] })).toBe(false);
});
