import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planNight } from '../../../../scripts/nightly/plan.ts';

test('everything once, then everything again; what can never run is left out, with its reason', () => {
  const problem = (lab: string, backend: string) =>
    lab === 'b' && backend === 'kind' ? 'it has an outside' : undefined;
  expect(planNight(['a', 'b'], ['netns', 'kind'], 2, problem)).toEqual({
    runs: [1, 2].flatMap((repeat) => [
      { lab: 'a', backend: 'netns', repeat },
      { lab: 'b', backend: 'netns', repeat },
      { lab: 'a', backend: 'kind', repeat },
    ]),
    leftOut: [{ lab: 'b', backend: 'kind', reason: 'it has an outside' }],
  });
});

test('each possible lab on each backend as often as was asked, whatever there is', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 5 });
  fc.assert(
    fc.property(
      names,
      names,
      fc.integer({ min: 1, max: 5 }),
      fc.func(fc.boolean()),
      (labs, on, repeats, no) => {
        const { runs, leftOut } = planNight(labs, on, repeats, (...pair) => (no(...pair) ? 'no' : undefined));
        expect(runs.length + leftOut.length * repeats).toBe(labs.length * on.length * repeats);
        expect(new Set(runs.map((run) => JSON.stringify(run))).size).toBe(runs.length);
        // Whatever cuts it short, no lab is more than one run ahead of another.
        const seen = runs.map(({ repeat }) => repeat);
        expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      },
    ),
  );
});
