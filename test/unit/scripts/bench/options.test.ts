// What a person can ask the benchmark for, and what they are told when they ask for something else.
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../../scripts/bench/options.ts';
import { UsageError } from '../../../../scripts/tool/usage-error.ts';

describe('options', () => {
  it('default to five rounds of everything, as a table', () => {
    expect(parseOptions([])).toEqual({
      repeat: 5,
      parts: ['kindnet', 'work', 'pods', 'memory', 'journey', 'decode', 'faults', 'commands', 'course'],
      json: false,
      help: false,
    });
  });

  it('choose parts, rounds and JSON', () => {
    const options = parseOptions(['--repeat', '3', '--only', 'pods', '--only=kindnet', '--json']);
    expect(options).toMatchObject({ repeat: 3, parts: ['kindnet', 'pods'], json: true });
  });

  it.each([
    [['--repeat', '0'], /from 1 to 100, not "0"/],
    [['--repeat', '2.5'], /not "2.5"/],
    [
      ['--only', 'flannel'],
      /no part "flannel"; there are kindnet, work, pods, memory, journey, decode, faults, commands, course, healthy/,
    ],
    [['--repeats', '3'], /--repeats/],
    [['kindnet'], /kindnet/],
  ])('%j is refused with what is understood', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
