// The random labs of the campaign are labs whatever the seed, and its verdicts are those of their flows.
import { expect, test } from 'vitest';
import { parseLabSource } from '../../../../infra/lab/parse.ts';
import { resolveLab } from '../../../../infra/lab/resolve.ts';
import { randomLab } from '../../../../scripts/fuzz/predictions/random-lab.ts';
import { tally, verdictOf } from '../../../../scripts/fuzz/predictions/tally.ts';
import type { Trial } from '../../../../scripts/fuzz/predictions/try-lab.ts';
import type { Seen } from '../../../../scripts/fuzz/predictions/watch-flow.ts';

function resolved(seed: number) {
  const { yaml, configs } = randomLab(seed);
  const { raw, source } = parseLabSource(yaml, `random-${seed}`);
  return resolveLab(raw, source, configs);
}

test('random labs can be stood up; some have a router, some IPv6, and the same seed gives the same', () => {
  const labs = Array.from({ length: 200 }, (_, seed) => resolved(seed));
  expect(new Set(labs.map(({ outside }) => outside !== undefined))).toEqual(new Set([true, false]));
  expect(new Set(labs.map(({ network }) => network.podCIDR6 !== undefined))).toEqual(new Set([true, false]));
  expect(randomLab(9)).toEqual(randomLab(9));
});

const seen: Seen = {
  ...{ outcome: 'delivered', end: 'delivered to 10.0.0.2 of b', answered: true, hops: 8 },
  ...{ differences: [], deaf: [] },
};
const trial = (change: Partial<Seen>): Trial => ({
  ...{ flow: { from: 'a', to: '10.0.0.2' }, after: [], changes: [] },
  seen: { ...seen, ...change },
});

test.each([
  ['agrees', {}],
  ['agrees', { outcome: 'dropped', answered: false }],
  ['disagrees', { answered: false }],
  ['disagrees', { outcome: 'dropped' }],
  ['disagrees', { differences: ['echo-request 1: a/eth0: predicted, not seen'] }],
  // What was foretold of the first packet has to be so, whatever cannot be told of the next.
  ['disagrees', { outcome: 'unknown', differences: ['echo-request 1: a/eth0: predicted, not seen'] }],
  ['not foretold', { outcome: 'unknown', answered: false }],
  ['not seen whole', { deaf: ['tap a/eth0: it died'], answered: false }],
] as const)('%s: %j', (verdict, change) => {
  expect(verdictOf(trial(change))).toBe(verdict);
});

test('a tally counts labs, flows and hops', () => {
  const lab = { seed: 1, network: 'kindnet', nodes: 2, pods: 3, yaml: '', configs: {} };
  const total = tally([{ ...lab, trials: [trial({}), trial({ answered: false })] }]);
  expect(total).toMatchObject({ labs: 1, flows: 2, agrees: 1, disagrees: 1, hops: 16, answered: 1 });
});
