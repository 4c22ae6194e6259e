// The table of assertions × backends: what agrees, what is explained, and what is red.
import { expect, test } from 'vitest';
import { compareParity, type Parity } from '../../../infra/parity/compare-parity.ts';
import type { Explanation } from '../../../infra/parity/explanation.ts';
import { type Checks, result, run } from './fixtures.ts';

const LAB = [
  { name: 'routes', onFailure: 'fail' as const },
  { name: 'ping', onFailure: 'fail' as const },
];
const explained = (
  check: string | undefined,
  expect: Explanation['expect'],
  backend = 'kind',
): Explanation => ({
  experiment: 'routes',
  ...(check !== undefined && { check }),
  backend,
  expect,
  why: 'another kernel',
});
/** Every row as `check: state; backend outcome state …`. */
const lines = ({ rows }: Parity) =>
  rows.map(
    ({ experiment, check, state, cells }) =>
      `${experiment}/${check ?? '*'} ${state}: ${Object.entries(cells)
        .map(
          ([backend, cell]) => `${backend} ${cell.outcome} ${cell.state}${cell.follows ? ' (follows)' : ''}`,
        )
        .join(', ')}`,
  );
const compared = (netns: Checks, kind: Checks, ...explanations: readonly Explanation[]) =>
  compareParity(
    [LAB[0] as (typeof LAB)[0]],
    [run('netns', result('routes', netns)), run('kind', result('routes', kind))],
    explanations,
  );

test('what passes everywhere agrees', () => {
  const parity = compared({ a: 'pass', b: 'pass' }, { a: 'pass', b: 'pass' });
  expect(lines(parity)).toEqual([
    'routes/a agrees: netns pass agrees, kind pass agrees',
    'routes/b agrees: netns pass agrees, kind pass agrees',
  ]);
  expect(parity.verdict).toBe('pass');
});

test('what fails on one backend only is a difference, with what was seen there', () => {
  const parity = compared({ a: 'pass' }, { a: 'fail' });
  expect(lines(parity)).toEqual(['routes/a difference: netns pass agrees, kind fail red']);
  expect(parity.rows[0]?.cells.kind?.details).toEqual(['expected 1, observed 2']);
  expect(parity.verdict).toBe('fail');
});

test('an explanation that says so makes it no difference', () => {
  const parity = compared({ a: 'pass' }, { a: 'fail' }, explained('a', 'fail'));
  expect(lines(parity)).toEqual(['routes/a explained: netns pass agrees, kind fail explained']);
  expect(parity.rows[0]?.cells.kind?.why).toBe('another kernel');
  expect([parity.verdict, parity.stale]).toEqual(['pass', []]);
});

test.each([
  ['of another backend', explained('a', 'fail', 'k3s')],
  ['of another check', explained('b', 'fail')],
  ['of another outcome', explained('a', 'inconclusive')],
])('an explanation %s explains nothing of it', (_, explanation) => {
  const parity = compared({ a: 'pass', b: 'fail' }, { a: 'fail', b: 'fail' }, explanation);
  expect(lines(parity)[0]).toBe('routes/a difference: netns pass agrees, kind fail red');
});

test('of an explanation of another outcome, that is said', () => {
  const parity = compared({ a: 'pass' }, { a: 'fail' }, explained('a', 'inconclusive'));
  expect(parity.rows[0]?.cells.kind?.details[0]).toBe('explained is that it is inconclusive, and it is fail');
});

test('an explanation of a check that passes is red itself', () => {
  const parity = compared({ a: 'pass' }, { a: 'pass' }, explained('a', 'fail'));
  expect(parity.stale.map(({ problem }) => problem)).toEqual(['the check passes: take the explanation out']);
  expect(parity.verdict).toBe('fail');
});

test('an explanation of a check there is not, which only the run could tell', () => {
  const parity = compared(
    { 'ping is answered': 'pass' },
    { 'ping is answered': 'pass' },
    explained('ping is anwsered', 'fail'),
  );
  expect(parity.stale.map(({ problem }) => problem)).toEqual([
    'there is no check of that name: did you mean "ping is answered"?',
  ]);
});

test('an explanation of a backend that did not run is left alone', () => {
  const parity = compared({ a: 'pass' }, { a: 'pass' }, explained('a', 'fail', 'k3s'));
  expect([parity.verdict, parity.stale]).toEqual(['pass', []]);
});

test.each([
  ['fail', 'failure', 'fail'],
  ['inconclusive', 'unknown', 'inconclusive'],
] as const)('%s everywhere is no difference, and no pass', (outcome, state, verdict) => {
  const parity = compared({ a: outcome }, { a: outcome });
  expect(parity.rows.map((row) => row.state)).toEqual([state]);
  expect(parity.verdict).toBe(verdict);
});

test('an experiment whose failure is only recorded agrees when it fails everywhere, not when it does so somewhere', () => {
  const recorded = [{ name: 'routes', onFailure: 'record' as const }];
  const of = (netns: Checks, kind: Checks) =>
    compareParity(recorded, [run('netns', result('routes', netns)), run('kind', result('routes', kind))], []);
  expect(of({ a: 'fail' }, { a: 'fail' }).verdict).toBe('pass');
  expect(of({ a: 'fail' }, { a: 'pass' }).rows[0]?.state).toBe('difference');
});

test('a check that one backend did not come to is missing there', () => {
  const parity = compared({ a: 'pass', b: 'pass' }, { a: 'pass' });
  expect(lines(parity)[1]).toBe('routes/b difference: netns pass agrees, kind missing red');
  expect(parity.rows[1]?.cells.kind?.details).toEqual(['the experiment did not come to this check']);
});

test('an experiment that could not run on one backend is one difference, and its checks follow', () => {
  const runs = [
    run('netns', result('routes', { a: 'pass' })),
    run('kind', result('routes', {}, 'there is no tcpdump')),
  ];
  const parity = compareParity(LAB.slice(0, 1), runs, []);
  expect(lines(parity)).toEqual([
    'routes/* difference: netns pass agrees, kind inconclusive red',
    'routes/a difference: netns pass agrees, kind missing red (follows)',
  ]);
  expect(parity.rows[0]?.cells.kind?.details).toEqual(['there is no tcpdump']);
  const explanation = explained(undefined, 'inconclusive');
  expect(lines(compareParity(LAB.slice(0, 1), runs, [explanation]))).toEqual([
    'routes/* explained: netns pass agrees, kind inconclusive explained',
    'routes/a explained: netns pass agrees, kind missing explained (follows)',
  ]);
});

test('a doubt about an experiment whose checks all pass is a difference too', () => {
  const runs = [
    run('netns', result('routes', { a: 'pass' })),
    run('kind', result('routes', { a: 'pass' }, 'a tap lost 3 packets')),
  ];
  expect(lines(compareParity(LAB.slice(0, 1), runs, []))).toEqual([
    'routes/* difference: netns pass agrees, kind inconclusive red',
    'routes/a agrees: netns pass agrees, kind pass agrees',
  ]);
  expect(
    compareParity(LAB.slice(0, 1), runs.slice(0, 1), [explained(undefined, 'inconclusive', 'netns')]).stale,
  ).toMatchObject([{ problem: 'the experiment runs without a doubt: take the explanation out' }]);
});

test('an experiment without any result is missing', () => {
  const runs = [
    run('netns', result('routes', { a: 'pass' }), result('ping', { b: 'pass' })),
    run('kind', result('routes', { a: 'pass' })),
  ];
  const parity = compareParity(LAB, runs, []);
  expect(lines(parity).slice(1)).toEqual([
    'ping/* difference: netns pass agrees, kind missing red',
    'ping/b difference: netns pass agrees, kind missing red (follows)',
  ]);
});

test('namesakes are told apart, and rows are in the order of the lab file', () => {
  const twice = { ...result('routes', { a: 'pass', b: 'fail' }) };
  const checks = twice.checks.map((check) => ({ ...check, name: 'same' }));
  const runs = [run('netns', result('ping', { x: 'pass' }), { ...twice, checks })];
  expect(lines(compareParity(LAB, runs, [])).map((line) => line.split(' netns')[0])).toEqual([
    'routes/same agrees:',
    'routes/same (2) failure:',
    'ping/x agrees:',
  ]);
});

test('without any run there is nothing to say', () => {
  expect(compareParity(LAB, [], [explained('a', 'fail')])).toMatchObject({
    backends: [],
    stale: [],
    verdict: 'pass',
  });
});
