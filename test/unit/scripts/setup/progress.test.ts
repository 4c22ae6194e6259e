import { expect, test } from 'vitest';
import { duration, progressLine } from '../../../../scripts/setup/progress.ts';

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [485, '8 min 5 s'],
])('%i seconds are %j', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('a step says how long it has been going and how long it takes', () => {
  expect(progressLine('Building', 0, 480, '')).toBe('Building … about 8 min');
  expect(progressLine('Building', 125, 480, '3 packages')).toBe(
    'Building … 2 min 5 s of about 8 min (3 packages)',
  );
  expect(progressLine('Building', 722, 480, '')).toBe('Building … 12 min 2 s, usually 8 min');
});
