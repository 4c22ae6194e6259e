// Labs varied at random are labs: right whatever the seed, and different ones.
import { expect, test } from 'vitest';
import { parseLabSource } from '../../../../infra/lab/parse.ts';
import { resolveLab } from '../../../../infra/lab/resolve.ts';
import { variedLab } from '../../../../scripts/bench/varied-labs.ts';

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);

function resolved(seed: number) {
  const { yaml, configs } = variedLab(seed);
  const { raw, source } = parseLabSource(yaml, `varied-${seed}`);
  return resolveLab(raw, source, configs);
}

test('every one of them can be stood up', () => {
  const wrong = SEEDS.flatMap((seed) => {
    try {
      resolved(seed);
      return [];
    } catch (error) {
      return [`${seed}: ${(error as Error).message}`];
    }
  });
  expect(wrong).toEqual([]);
});

test('together they have every network, one to four nodes, and ports', () => {
  const labs = SEEDS.map(resolved);
  expect(new Set(labs.map(({ network }) => network.type))).toEqual(
    new Set(['kindnet', 'flannel', 'conflist']),
  );
  expect(new Set(labs.map(({ nodes }) => nodes.length))).toEqual(new Set([1, 2, 3, 4]));
  const pods = labs.flatMap(({ workloads }) => workloads.flatMap((workload) => workload.pods));
  expect(new Set(pods.map(({ ports }) => ports.length))).toEqual(new Set([0, 1]));
});

test('the same seed gives the same lab', () => {
  expect(variedLab(7)).toEqual(variedLab(7));
  expect(variedLab(7)).not.toEqual(variedLab(8));
});
