// Packets of a series put together: who went the same way, how long each hop took, where it was seen first and last.
import { describe, expect, test } from 'vitest';
import { compareHops, type SeenHop } from '../../../infra/journey/compare.ts';
import { type ComparedPacket, journeys } from '../../../infra/journey/journeys.ts';
import { latencyOf } from '../../../infra/journey/latency.ts';
import { placeName } from '../../../infra/journey/place.ts';
import { expectedHops } from '../../../infra/journey/steps.ts';
import { predict } from '../../../infra/predict/predict.ts';
import { sightingsOf } from '../../support/predicted-sightings.ts';
import { predictable } from '../predict/recorded.ts';

const { branches } = predict(predictable('kindnet'), { from: 'pod-2', to: '10.244.1.3' });
const sightings = sightingsOf(branches);
const tapped = new Set(sightings.map(placeName));
const packet = (seq: number, seen: readonly SeenHop[] = sightings, known = true): ComparedPacket => ({
  ...{ packet: 'echo-request', seq, known, end: 'delivered' },
  hops: compareHops(expectedHops(branches), seen, tapped),
});

describe('journeys', () => {
  test('packets that went the same way are one, others are another', () => {
    const found = journeys([packet(1), packet(2, sightings.slice(0, 2)), packet(3)]);
    expect(found.map(({ seqs, asPredicted }) => [seqs, asPredicted])).toEqual([
      [[1, 3], true],
      [[2], false],
    ]);
  });

  test('the way is where it was seen, with its TTL there', () => {
    const [journey] = journeys([packet(1)]);
    expect(journey).toMatchObject({
      firstSeen: 'pod-2/eth0',
      lastSeen: 'pod-3/eth0',
      ttls: [64, 64, 63, 63],
    });
    expect(journey?.way).toEqual(sightings.map(placeName));
  });

  test('what was not foretold to the end is neither right nor wrong, unless a part of it is wrong', () => {
    expect(journeys([packet(1, sightings, false)])[0]?.asPredicted).toBeNull();
    expect(journeys([packet(1, sightings.slice(0, 1), false)])[0]?.asPredicted).toBe(false);
  });

  test('latency of a hop is over all packets of the journey', () => {
    const slower = sightings.map((hop, index) => ({ ...hop, ns: hop.ns + BigInt(index) * 500n }));
    const [journey] = journeys([packet(1), packet(2, slower)]);
    expect(journey?.hops.map(({ latency }) => latency)).toEqual([
      undefined,
      ...Array.from({ length: 3 }, () => ({ samples: 2, sameStamp: 0, min: 1000, median: 1000, p99: 1500 })),
    ]);
  });

  test('one stamp for two places says nothing of the time between', () => {
    const [journey] = journeys([
      packet(
        1,
        sightings.map((hop) => ({ ...hop, ns: 5n })),
      ),
    ]);
    expect(journey?.hops.at(-1)?.latency).toEqual({ samples: 0, sameStamp: 1 });
  });
});

test('percentiles are values that were measured', () => {
  const deltas = Array.from({ length: 200 }, (_, index) => index + 1);
  expect(latencyOf(deltas.reverse())).toEqual({ samples: 200, sameStamp: 0, min: 1, median: 100, p99: 198 });
});
