// A target that fails is found, made smaller, and had again by its seed and path; one that holds is counted.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { captures } from '../../../../scripts/fuzz/captures.ts';
import { cni } from '../../../../scripts/fuzz/cni.ts';
import { runTarget } from '../../../../scripts/fuzz/run-target.ts';
import type { Target } from '../../../../scripts/fuzz/target.ts';
import { toolOutputs } from '../../../../scripts/fuzz/tool-outputs.ts';

const small: Target<number> = {
  name: 'numbers',
  source: fc.nat({ max: 10_000 }),
  hold: (n) => {
    if (n >= 5000) throw new Error(`${n} is too big`);
    return n % 2 === 0 ? 'even' : 'odd';
  },
  show: (n) => `${n}`,
};

test('what fails is made smaller, and its seed and path lead to it again', async () => {
  const { failures } = await runTarget(small, { runs: 500, seed: 1 });
  expect(failures.map(({ input }) => input)).toContain('5000');
  const [first] = failures;
  if (first === undefined) throw new Error('nothing failed');
  const again = await runTarget(small, { runs: 500, seed: first.seed, path: first.path });
  expect(again.failures.map(({ input }) => input)).toEqual([first.input]);
});

test('what holds is counted by what became of it', async () => {
  const { failures, tried, classes } = await runTarget(
    { ...small, hold: (n) => (n % 2 === 0 ? 'even' : 'odd') },
    { runs: 600, seed: 1 },
  );
  expect({ failures, tried }).toEqual({ failures: [], tried: 600 });
  expect([...classes.values()].reduce((sum, n) => sum + n)).toBe(600);
});

test('what is slow every time has failed', async () => {
  const busy = () => {
    const until = performance.now() + 200;
    while (performance.now() < until);
    return 'done';
  };
  const { failures } = await runTarget({ ...small, hold: busy }, { runs: 1, seed: 1, limitMs: 0 });
  expect(failures.map(({ message }) => message)).toEqual([expect.stringContaining('more than 0')]);
});

/** Other inputs: CNILAB_SEED=n; `npm run fuzz` tries many more. */
const SEED = Number(process.env.CNILAB_SEED ?? 3);
const DATA: readonly (readonly [name: string, run: () => ReturnType<typeof runTarget>, least: number])[] = [
  ['captures', () => runTarget(captures(), { runs: 400, seed: SEED }), 3],
  ['CNI texts', () => runTarget(cni(), { runs: 400, seed: SEED }), 3],
  ['outputs of tools', () => runTarget(toolOutputs(), { runs: 300, seed: SEED }), 2],
];
test.each(DATA)(
  `%s, spoilt at random, are read or refused (seed ${SEED})`,
  { timeout: 5 * 60_000 },
  async (_, run, least) => {
    const { failures, classes } = await run();
    expect(failures).toEqual([]);
    // Input that is all refused, or all read, would show nothing.
    expect(classes.size).toBeGreaterThanOrEqual(least);
  },
);
