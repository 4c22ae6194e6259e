// Two runs in which the kernel did the same are equal, whoever's clock told the time.
import { expect, test } from 'vitest';
import { comparableJourney } from '../../../infra/experiments/comparable-journey.ts';
import type { Journey, JourneyHop } from '../../../infra/journey/journeys.ts';

const hop: JourneyHop = {
  ...{ host: 'n2', dev: 'eth0', status: 'as-predicted', direction: 'in', depth: 0 },
  ...{ differences: [], rewrites: [], why: [], rules: [] },
};
const seen = (last: JourneyHop, more = {}) => {
  const journey: Journey = {
    packet: 'echo-request',
    seqs: [1],
    asPredicted: true,
    way: [],
    hops: [hop, last],
  };
  return { journeys: [journey], noise: [], ...more };
};

test('clocks make no difference', () => {
  const one = comparableJourney(
    seen({ ...hop, latency: { samples: 1, sameStamp: 0, min: 1, median: 1, p99: 1 } }),
  );
  const clocks = [{ hosts: ['n2'], aheadNs: 9e10, uncertainNs: 1 }];
  expect(comparableJourney(seen({ ...hop, otherClock: true }, { clocks }))).toEqual(one);
  expect(comparableJourney(seen({ ...hop, status: 'missing' }))).not.toEqual(one);
});
