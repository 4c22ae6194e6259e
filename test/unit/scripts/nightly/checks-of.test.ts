import { expect, test } from 'vitest';
import type { ExperimentResult, Json } from '../../../../infra/experiments/result.ts';
import type { LabExperiment } from '../../../../infra/lab/lab.ts';
import { checksOf } from '../../../../scripts/nightly/checks-of.ts';
import { result } from '../../parity/fixtures.ts';

const lab = (name: string, of: object = {}) =>
  ({ name, kind: 'inspect', onFailure: 'fail', checks: [], ...of }) as unknown as LabExperiment;
const verdicts = (checks: ReturnType<typeof checksOf>) =>
  checks.map(({ experiment, check, verdict, excused }) => [
    check === undefined ? experiment : `${experiment}, ${check}`,
    verdict,
    ...(excused === undefined ? [] : [excused]),
  ]);

test('the worse of the two rounds: what failed is not made good by asking again', () => {
  const up = [result('one', { a: 'fail', b: 'pass', c: 'pass', d: 'pass' })];
  const verify = [result('one', { a: 'pass', b: 'fail', c: 'inconclusive', d: 'pass' })];
  const checks = checksOf([lab('one')], 'netns', { up, verify }, []);
  expect(verdicts(checks)).toEqual([
    ['one', 'pass'],
    ['one, a', 'fail'],
    ['one, b', 'fail'],
    ['one, c', 'inconclusive'],
    ['one, d', 'pass'],
  ]);
  expect(checks[1]?.rounds).toEqual({
    up: { verdict: 'fail', details: ['expected 1, observed 2'], expected: 1, observed: 2 },
    verify: { verdict: 'pass', details: [], expected: 1, observed: 2 },
  });
});

test('namesakes are told apart, each with its own two sides', () => {
  const twice = (first: Json, second: Json): ExperimentResult => {
    const of = result('one', { a: 'pass' });
    const [only] = of.checks;
    if (!only) throw new Error('no check');
    return {
      ...of,
      checks: [
        { ...only, observed: first },
        { ...only, observed: second },
      ],
    };
  };
  const checks = checksOf([lab('one')], 'netns', { up: [twice(1, 2)], verify: [twice(3, 4)] }, []);
  expect(
    checks.slice(1).map(({ check, rounds }) => [check, rounds.up?.observed, rounds.verify?.observed]),
  ).toEqual([
    ['a', 1, 3],
    ['a (2)', 2, 4],
  ]);
});

test('an experiment in doubt, or one that up did not come to, is inconclusive; without verify it is up alone', () => {
  const doubtful = result('one', { a: 'pass' }, 'a tap died');
  const both = checksOf(
    [lab('one'), lab('two')],
    'netns',
    { up: [doubtful], verify: [result('one', { a: 'pass' })] },
    [],
  );
  expect(verdicts(both)).toEqual([
    ['one', 'inconclusive'],
    ['one, a', 'pass'],
    ['two', 'inconclusive'],
  ]);
  expect(both[0]?.rounds.up?.details).toEqual(['a tap died']);
  const alone = checksOf([lab('one')], 'netns', { up: [result('one', { a: 'pass' })] }, []);
  expect(alone.map(({ rounds }) => Object.keys(rounds))).toEqual([['up'], ['up']]);
  expect(checksOf([lab('one')], 'netns', {}, [])).toEqual([]);
});

test('what the lab only records is a pass that says so', () => {
  const up = [result('one', { a: 'fail' })];
  const verify = [result('one', { a: 'pass' })];
  expect(verdicts(checksOf([lab('one', { onFailure: 'record' })], 'netns', { up, verify }, []))).toEqual([
    ['one', 'pass'],
    ['one, a', 'pass', 'the lab only records it (onFailure: record): fail'],
  ]);
});

test('parity.yaml: explained is a pass on that backend; explained in vain, or otherwise, is a failure', () => {
  const told = (check: string, expect: 'fail' | 'inconclusive' = 'fail', backend = 'kind') =>
    ({ experiment: 'one', check, backend, expect, why: 'kubelets do so' }) as const;
  const up = [result('one', { a: 'fail', b: 'pass', c: 'fail' })];
  const explanations = [told('a'), told('b'), told('c', 'inconclusive'), told('a', 'fail', 'netns')];
  const checks = checksOf([lab('one')], 'kind', { up, verify: up }, explanations);
  expect(verdicts(checks)).toEqual([
    ['one', 'pass'],
    ['one, a', 'pass', 'kubelets do so'],
    ['one, b', 'pass'],
    ['one, c', 'fail'],
    ['one, parity.yaml: b', 'fail'],
  ]);
  expect(checks.at(-1)?.rounds.verify?.details).toEqual(['the check passes: take the explanation out']);
  // It is of another backend.
  expect(verdicts(checksOf([lab('one')], 'minikube', { up, verify: up }, explanations))[1]).toEqual([
    'one, a',
    'fail',
  ]);
});

test('patience: attempts of the slowest pair of a mesh, time beyond its traffic of what waits', () => {
  const mesh = (attempts: number) => ({
    ...result('one', { a: 'pass' }),
    observed: { pairs: [{ attempts: 1 }, { attempts }] },
    durationMs: 10,
  });
  const [asked] = checksOf([lab('one', { kind: 'mesh' })], 'netns', { up: [mesh(4)], verify: [mesh(1)] }, []);
  expect(asked).toMatchObject({ attempts: 4, durationMs: 10 });
  const waits = { ...result('one', { a: 'pass' }), durationMs: 900.4, trafficMs: 200 };
  const learning = (waitFor: object[]) =>
    checksOf([lab('one', { kind: 'learning', waitFor })], 'netns', { up: [waits] }, [])[0];
  expect(learning([{ table: 'fdb' }])).toMatchObject({ waitMs: 700 });
  expect(learning([])).not.toHaveProperty('waitMs');
});
