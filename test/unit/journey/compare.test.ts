// One packet, foretold and seen: what a person is told where the two part.
import { describe, expect, test } from 'vitest';
import { compareHops, type SeenHop } from '../../../infra/journey/compare.ts';
import { placeName } from '../../../infra/journey/place.ts';
import { expectedHops } from '../../../infra/journey/steps.ts';
import { predict } from '../../../infra/predict/predict.ts';
import { sightingsOf } from '../../support/predicted-sightings.ts';
import { predictable } from '../predict/recorded.ts';

const { branches } = predict(predictable('flannel'), { from: 'pod-a', to: '10.42.1.2' });
const expected = expectedHops(branches);
const seen = sightingsOf(branches);
const everywhere = new Set(seen.map(placeName));
const compare = (sightings: readonly SeenHop[], tapped: ReadonlySet<string> = everywhere) => {
  const hops = compareHops(expected, sightings, tapped);
  return hops
    .filter(({ status }) => status !== 'as-predicted')
    .map(({ status, differences }) => [status, ...differences]);
};
const at = (place: string) => seen.findIndex((hop) => placeName(hop) === place);
const uplink = at('node-1/eth0');

describe('a packet through the tunnel', () => {
  test('seen with the very headers at every hop is as predicted', () => {
    expect(seen.length).toBeGreaterThan(6);
    expect(compare(seen)).toEqual([]);
  });

  test('stamps that are equal contradict nothing', () => {
    expect(compare(seen.map((hop) => ({ ...hop, ns: 7n })))).toEqual([]);
  });

  test('the hop where it gets lost is named, and all behind it', () => {
    const lost = compare(seen.slice(0, -2));
    expect(lost.map(([status]) => status)).toEqual(['missing', 'missing']);
    expect(lost[0]?.[1]).toMatch(/^node-2\/veth\S+: predicted, not seen$/);
  });

  test('another TTL is told with both numbers', () => {
    const other = seen.map((hop, index) =>
      index === uplink ? { ...hop, headers: { ...hop.headers, ttl: 7 } } : hop,
    );
    expect(compare(other)).toEqual([['different', 'node-1/eth0: ttl 63 predicted, 7 seen']]);
  });

  test('a packet that should be wrapped and is not is told', () => {
    const bare = seen.map((hop, index) => {
      const { outer: _, ...headers } = hop.headers;
      return index === uplink ? { ...hop, headers } : hop;
    });
    expect(compare(bare)).toEqual([['different', 'node-1/eth0: VXLAN predicted, none seen']]);
  });

  test('another VTEP in the outer header is told', () => {
    const astray = seen.map((hop, index) => {
      const { outer } = hop.headers;
      if (index !== uplink || outer === undefined) return hop;
      return { ...hop, headers: { ...hop.headers, outer: { ...outer, dst: '192.0.2.9' } } };
    });
    expect(compare(astray)[0]?.[1]).toMatch(/^node-1\/eth0: outer dst \S+ predicted, 192\.0\.2\.9 seen$/);
  });

  test('a time before the hop that it comes from is a contradiction', () => {
    const early = seen.map((hop, index) => (index === uplink ? { ...hop, ns: 1n } : hop));
    const [[status, words] = []] = compare(early);
    expect(status).toBe('different');
    expect(words).toMatch(
      /^node-1\/eth0: seen 10\d\d\.\d+ µs before node-1\/flannel\.1, which it comes from$/,
    );
  });

  test('a place where it was not foretold, and a second copy, are extra', () => {
    const [first] = seen as [SeenHop, ...SeenHop[]];
    const elsewhere = { ...first, host: 'pod-d', dev: 'eth0' };
    expect(compare([...seen, elsewhere, { ...first, ns: 9_000_000n }])).toEqual([
      ['unpredicted', 'pod-d/eth0: seen, not predicted'],
      ['unpredicted', 'pod-a/eth0: seen, not predicted'],
    ]);
  });

  test('where no tap can be, nothing is missed, and times are compared across it', () => {
    const without = seen.filter((_, index) => index !== uplink);
    const tapped = new Set([...everywhere].filter((place) => place !== 'node-1/eth0'));
    expect(compare(without, tapped)).toEqual([['untapped']]);
    const late = without.map((hop, index) => (index === uplink - 1 ? { ...hop, ns: 5_000_000n } : hop));
    expect(compare(late, tapped).map(([status]) => status)).toEqual(['untapped', 'different']);
  });
});

test('what each hop changes is told from what was seen there', () => {
  const hops = compareHops(expected, seen, everywhere);
  const changes = hops.flatMap(({ host, dev, rewrites }) =>
    rewrites.map((words) => `${host}/${dev}: ${words}`),
  );
  expect(changes).toContainEqual(expect.stringMatching(/^node-1\/flannel\.1: TTL 64 → 63$/));
  expect(changes).toContainEqual(
    expect.stringMatching(/^node-1\/eth0: wrapped: VXLAN 1, \S+ → \S+, UDP \d+$/),
  );
  expect(changes).toContainEqual(expect.stringMatching(/^node-2\/flannel\.1: unwrapped: VXLAN 1$/));
});
