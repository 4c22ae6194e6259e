// The exit code a script sees for what the experiments came to.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Verdict } from '../../../infra/experiments/result.ts';
import { decisiveVerdict, exitCodeOf } from '../../../scripts/cli/exit-codes.ts';

const verdict = fc.constantFrom<Verdict>('pass', 'fail', 'inconclusive');
const experiments = fc.uniqueArray(fc.record({ name: fc.string(), verdict }), {
  selector: ({ name }) => name,
});

test('one failure fails, whatever else there is', () => {
  fc.assert(
    fc.property(experiments, (some) => {
      expect(exitCodeOf(decisiveVerdict([...some, { name: 'the failing one', verdict: 'fail' }]))).toBe(1);
    }),
  );
});

test('without a failure, one that cannot be known makes the whole inconclusive', () => {
  fc.assert(
    fc.property(experiments, (some) => {
      const known = some.filter((one) => one.verdict !== 'fail');
      expect(exitCodeOf(decisiveVerdict([{ name: 'the open one', verdict: 'inconclusive' }, ...known]))).toBe(
        4,
      );
    }),
  );
});

test('what a lab only records decides nothing', () => {
  fc.assert(
    fc.property(experiments, (some) => {
      const recorded = new Set(some.filter((one) => one.verdict !== 'pass').map((one) => one.name));
      expect(exitCodeOf(decisiveVerdict(some, recorded))).toBe(0);
    }),
  );
});
