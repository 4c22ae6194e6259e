// Address plans: whatever the ranges, nothing is handed out twice, nothing from outside, and always in the same order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Cidr,
  contains,
  covers,
  formatAddress,
  formatCidr,
  gateway,
  hasHostBits,
  hostCapacity,
  last,
  overlaps,
  parseAddress,
  parseCidr,
  size,
} from '../../../infra/lab/cidr.ts';
import { assignAddresses, cutPodCidrs, PodAddresses } from '../../../infra/lab/ipam.ts';

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const block = (base: number, prefix: number): Cidr => ({ base: base - (base % 2 ** (32 - prefix)), prefix });
const cidr = (min: number, max: number) =>
  fc.tuple(address, fc.integer({ min, max })).map(([base, prefix]) => block(base, prefix));

describe('ranges', () => {
  it('are written as they were read', () => {
    fc.assert(fc.property(cidr(0, 32), (c) => void expect(parseCidr(formatCidr(c))).toEqual(c)));
    fc.assert(fc.property(address, (a) => void expect(parseAddress(formatAddress(a))).toBe(a)));
  });

  it('know a host from a range', () => {
    expect(hasHostBits('10.0.0.5/24')).toBe(true);
    expect(hasHostBits('10.0.0.0/24')).toBe(false);
    expect(formatCidr(parseCidr('10.0.0.5/24'))).toBe('10.0.0.0/24');
  });

  it('overlap exactly when they share an address', () => {
    fc.assert(
      fc.property(cidr(0, 32), cidr(0, 32), (a, b) => {
        const share = a.base <= last(b) && b.base <= last(a);
        expect(overlaps(a, b)).toBe(share);
        expect(overlaps(b, a)).toBe(share);
      }),
    );
  });
});

describe('a range', () => {
  it('covers another exactly when it has all of its addresses', () => {
    fc.assert(
      fc.property(cidr(0, 32), fc.integer({ min: 0, max: 32 }), (a, prefix) => {
        const b = block(a.base, prefix);
        expect(covers(a, b)).toBe(a.base <= b.base && last(b) <= last(a));
      }),
    );
  });
});

/** A podCIDR, node bits, and for each node perhaps a range of its own inside it. */
const plan = fc.tuple(cidr(8, 24), fc.integer({ min: 0, max: 6 })).chain(([podCIDR, more]) =>
  fc.record({
    podCIDR: fc.constant(podCIDR),
    bits: fc.constant(Math.min(30, podCIDR.prefix + more)),
    given: fc.array(
      fc.option(
        fc
          .tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: podCIDR.prefix, max: 30 }))
          .map(([where, prefix]) => block(podCIDR.base + Math.floor(where * size(podCIDR)), prefix)),
        { nil: undefined },
      ),
      { maxLength: 12 },
    ),
  }),
);

describe('node podCIDRs', () => {
  it('that are cut are inside, disjoint from all others, of the size asked for, and the same every time', () => {
    fc.assert(
      fc.property(plan, ({ podCIDR, bits, given }) => {
        const cut = cutPodCidrs(podCIDR, bits, given);
        expect(cut).toEqual(cutPodCidrs(podCIDR, bits, given));
        cut.forEach((c, i) => {
          if (given[i] !== undefined) expect(c).toBe(given[i]);
          if (given[i] !== undefined || c === undefined) return;
          expect(c.prefix).toBe(bits);
          expect(covers(podCIDR, c)).toBe(true);
          cut.forEach((other, j) => {
            if (i !== j && other !== undefined) expect(overlaps(c, other)).toBe(false);
          });
        });
      }),
      { numRuns: 300 },
    );
  });

  it('are refused only when no block is free', () => {
    fc.assert(
      fc.property(plan, ({ podCIDR, bits, given }) => {
        const cut = cutPodCidrs(podCIDR, bits, given);
        if (!cut.includes(undefined)) return;
        const taken = cut.filter((c) => c !== undefined);
        for (let base = podCIDR.base; base <= last(podCIDR); base += 2 ** (32 - bits))
          expect(taken.some((other) => overlaps(other, { base, prefix: bits }))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('go up from the first', () => {
    const cut = cutPodCidrs(parseCidr('10.42.0.0/16'), 24, [undefined, parseCidr('10.42.1.0/24'), undefined]);
    expect(cut.map((c) => c && formatCidr(c))).toEqual(['10.42.0.0/24', '10.42.1.0/24', '10.42.2.0/24']);
  });
});

describe('node addresses', () => {
  it('are inside, unique, and neither network, gateway nor broadcast', () => {
    fc.assert(
      fc.property(cidr(20, 30), fc.array(fc.boolean(), { maxLength: 20 }), (underlay, own) => {
        const given = own.map((has, i) => (has ? gateway(underlay) + 1 + i * 3 : undefined));
        const assigned = assignAddresses(underlay, given);
        const cut = assigned.filter((a, i) => given[i] === undefined && a !== undefined) as number[];
        expect(new Set(assigned.filter((a) => a !== undefined)).size).toBe(
          assigned.filter((a) => a !== undefined).length,
        );
        for (const a of cut) expect(a > gateway(underlay) && a < last(underlay)).toBe(true);
      }),
    );
  });
});

describe('pod addresses', () => {
  it('are .2, .3, … of each node on its own', () => {
    const pods = new PodAddresses();
    const [a, b] = [parseCidr('10.244.0.0/24'), parseCidr('10.244.1.0/24')];
    const taken = [pods.take('a', a), pods.take('b', b), pods.take('a', a)];
    expect(taken.map((t) => formatAddress(t ?? 0))).toEqual(['10.244.0.2', '10.244.1.2', '10.244.0.3']);
  });

  it('are as many as host-local has, and none of the three it keeps', () => {
    fc.assert(
      fc.property(cidr(24, 32), (range) => {
        const pods = new PodAddresses();
        const taken = Array.from({ length: size(range) + 2 }, () => pods.take('n', range)).filter(
          (t) => t !== undefined,
        );
        expect(taken.length).toBe(hostCapacity(range));
        expect(new Set(taken).size).toBe(taken.length);
        for (const t of taken) {
          expect(contains(range, t)).toBe(true);
          expect([range.base, gateway(range), last(range)]).not.toContain(t);
        }
      }),
    );
  });
});
