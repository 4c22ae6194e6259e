// IPv6 address plans: what ipam.test.ts says of IPv4, where there is no broadcast address.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Cidr6,
  contains6,
  covers6,
  formatAddress6,
  formatCidr6,
  gateway6,
  hasHostBits6,
  hostCapacity6,
  isAddress6,
  last6,
  overlaps6,
  parseAddress6,
  parseCidr6,
  size6,
} from '../../../infra/lab/cidr6.ts';
import { assignAddresses6, cutPodCidrs6, PodAddresses6 } from '../../../infra/lab/ipam6.ts';

const address = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
const block = (base: bigint, prefix: number): Cidr6 => ({
  base: base - (base % 2n ** BigInt(128 - prefix)),
  prefix,
});
const cidr = (min: number, max: number) =>
  fc.tuple(address, fc.integer({ min, max })).map(([base, prefix]) => block(base, prefix));

describe('ranges', () => {
  it('are written as they were read, in the form of RFC 5952', () => {
    fc.assert(fc.property(cidr(0, 128), (c) => void expect(parseCidr6(formatCidr6(c))).toEqual(c)));
    fc.assert(fc.property(address, (a) => void expect(parseAddress6(formatAddress6(a))).toBe(a)));
    expect(formatAddress6(parseAddress6('FD00:0:0:1:0:0:0:A'))).toBe('fd00:0:0:1::a');
  });

  it('know a host from a range, and an address with a zone is none of a lab', () => {
    expect(hasHostBits6('fd00::5/64')).toBe(true);
    expect(hasHostBits6('fd00::/64')).toBe(false);
    expect(['fd00::1', 'fe80::1%eth0', '10.0.0.1', 'web-1'].filter(isAddress6)).toEqual(['fd00::1']);
  });

  it('overlap exactly when they share an address', () => {
    fc.assert(
      fc.property(cidr(0, 128), cidr(0, 128), (a, b) => {
        const share = a.base <= last6(b) && b.base <= last6(a);
        expect(overlaps6(a, b)).toBe(share);
        expect(overlaps6(b, a)).toBe(share);
      }),
    );
  });
});

const plan = fc.tuple(cidr(40, 60), fc.integer({ min: 0, max: 6 })).chain(([podCIDR, more]) =>
  fc.record({
    podCIDR: fc.constant(podCIDR),
    bits: fc.constant(podCIDR.prefix + more),
    given: fc.array(
      fc.option(
        fc
          .tuple(
            fc.bigInt({ min: 0n, max: size6(podCIDR) - 1n }),
            fc.integer({ min: podCIDR.prefix, max: 126 }),
          )
          .map(([where, prefix]) => block(podCIDR.base + where, prefix)),
        { nil: undefined },
      ),
      { maxLength: 12 },
    ),
  }),
);

it('node podCIDRs that are cut are inside, disjoint from all others and of the size asked for; none is refused while one is free', () => {
  fc.assert(
    fc.property(plan, ({ podCIDR, bits, given }) => {
      const cut = cutPodCidrs6(podCIDR, bits, given);
      cut.forEach((c, i) => {
        if (given[i] !== undefined || c === undefined) return;
        expect(c.prefix).toBe(bits);
        expect(covers6(podCIDR, c)).toBe(true);
        cut.forEach((other, j) => {
          if (i !== j && other !== undefined) expect(overlaps6(c, other)).toBe(false);
        });
      });
      if (!cut.includes(undefined)) return;
      const taken = cut.filter((c) => c !== undefined);
      for (let base = podCIDR.base; base <= last6(podCIDR); base += 2n ** BigInt(128 - bits))
        expect(taken.some((other) => overlaps6(other, { base, prefix: bits }))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('node addresses go up from ::2, past those that are given, to the very last', () => {
  const range = parseCidr6('fd00::/125');
  const given = [undefined, parseAddress6('fd00::3'), undefined];
  const shown = assignAddresses6(range, given).map((a) => a && formatAddress6(a));
  expect(shown).toEqual(['fd00::2', 'fd00::3', 'fd00::4']);
  const many = assignAddresses6(
    range,
    Array.from({ length: 7 }, () => undefined),
  );
  expect(many.map((a) => a && formatAddress6(a)).slice(-2)).toEqual(['fd00::7', undefined]);
});

it('pod addresses are as many as host-local has, and neither the router’s anycast address nor the gateway', () => {
  fc.assert(
    fc.property(cidr(120, 128), (range) => {
      const pods = new PodAddresses6();
      const taken = Array.from({ length: Number(size6(range)) + 2 }, () => pods.take('n', range)).filter(
        (t) => t !== undefined,
      );
      expect(BigInt(taken.length)).toBe(hostCapacity6(range));
      expect(new Set(taken).size).toBe(taken.length);
      for (const t of taken) {
        expect(contains6(range, t)).toBe(true);
        expect([range.base, gateway6(range)]).not.toContain(t);
      }
    }),
  );
});
