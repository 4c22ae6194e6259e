import { expect, test } from 'vitest';
import { parseScaleOptions } from '../../../../scripts/scale/options.ts';
import { UsageError } from '../../../../scripts/tool/usage-error.ts';

test('everything, three rounds, unless told otherwise', () => {
  expect(parseScaleOptions([])).toMatchObject({ repeat: 3, parts: ['pods', 'nodes', 'taps', 'mininet'] });
  expect(parseScaleOptions(['--only', 'taps', '--only', 'pods', '--repeat', '1'])).toMatchObject({
    repeat: 1,
    parts: ['pods', 'taps'],
  });
});

test.each([
  [['--repeat', '0'], '--repeat takes a whole number from 1 to'],
  [['--only', 'links'], 'there is no part "links"; there are pods, nodes, taps, mininet'],
  [['--fast'], "Unknown option '--fast'"],
])('%s is refused', (args, message) => {
  expect(() => parseScaleOptions(args)).toThrow(UsageError);
  expect(() => parseScaleOptions(args)).toThrow(message);
});
