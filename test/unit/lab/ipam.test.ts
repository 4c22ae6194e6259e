// Address plans: whatever the ranges, nothing is handed out twice, nothing from outside, and always in the same order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BITS,
  type Cidr,
  contains,
  covers,
  type Family,
  familyOf,
  formatAddress,
  formatCidr,
  gateway,
  hasHostBits,
  hostCapacity,
  isAddress,
  last,
  lastHost,
  overlaps,
  parseAddress,
  parseCidr,
  size,
} from '../../../infra/lab/cidr.ts';
import { assignAddresses, cutPodCidrs, PodAddresses } from '../../../infra/lab/ipam.ts';

const addressOf = (family: Family) => fc.bigInt({ min: 0n, max: 2n ** BigInt(BITS[family]) - 1n });
const block = (family: Family, base: bigint, prefix: number): Cidr => ({
  family,
  base: base - (base % 2n ** BigInt(BITS[family] - prefix)),
  prefix,
});
const cidrOf = (family: Family, min = 0, max = BITS[family]) =>
  fc.tuple(addressOf(family), fc.integer({ min, max })).map(([base, prefix]) => block(family, base, prefix));

/** As they are handed out. */
const shown = (addresses: readonly (bigint | undefined)[], family: Family) =>
  addresses.map((address) => address && formatAddress(address, family));

/** A podCIDR, node bits, and for each node perhaps a range of its own inside it. */
const planOf = (family: Family, min: number, max: number) => {
  const longest = BITS[family] - 2;
  return fc.tuple(cidrOf(family, min, max), fc.integer({ min: 0, max: 6 })).chain(([podCIDR, more]) =>
    fc.record({
      podCIDR: fc.constant(podCIDR),
      bits: fc.constant(Math.min(longest, podCIDR.prefix + more)),
      given: fc.array(
        fc.option(
          fc
            .tuple(
              fc.bigInt({ min: 0n, max: size(podCIDR) - 1n }),
              fc.integer({ min: podCIDR.prefix, max: longest }),
            )
            .map(([where, prefix]) => block(family, podCIDR.base + where, prefix)),
          { nil: undefined },
        ),
        { maxLength: 12 },
      ),
    }),
  );
};

describe.each([
  { family: 4, cidr: cidrOf(4), plan: planOf(4, 8, 24), underlay: cidrOf(4, 20, 30), small: cidrOf(4, 24) },
  {
    family: 6,
    cidr: cidrOf(6),
    plan: planOf(6, 40, 60),
    underlay: cidrOf(6, 116, 126),
    small: cidrOf(6, 120),
  },
] as const)('in IPv$family', ({ family, cidr, plan, underlay, small }) => {
  it('ranges and addresses are written as they were read', () => {
    fc.assert(fc.property(cidr, (c) => void expect(parseCidr(formatCidr(c))).toEqual(c)));
    fc.assert(
      fc.property(addressOf(family), (a) => {
        expect(parseAddress(formatAddress(a, family))).toBe(a);
        expect(familyOf(formatAddress(a, family))).toBe(family);
      }),
    );
  });

  it('what is written as the other family is refused where one is asked for', () => {
    const other = family === 4 ? 6 : 4;
    fc.assert(
      fc.property(cidr, (c) => {
        expect(() => parseCidr(formatCidr(c), other)).toThrow('ipaddr');
        expect(() => parseAddress(formatAddress(c.base, family), other)).toThrow('ipaddr');
      }),
    );
  });

  it('ranges overlap exactly when they share an address, and never one of the other family', () => {
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        const share = a.base <= last(b) && b.base <= last(a);
        expect(overlaps(a, b)).toBe(share);
        expect(overlaps(b, a)).toBe(share);
      }),
    );
    fc.assert(
      fc.property(cidr, cidrOf(family === 4 ? 6 : 4), (a, b) => {
        expect([overlaps(a, b), covers(a, b), covers(b, a)]).toEqual([false, false, false]);
      }),
    );
  });

  it('a range covers another exactly when it has all of its addresses', () => {
    fc.assert(
      fc.property(cidr, fc.integer({ min: 0, max: BITS[family] }), (a, prefix) => {
        const b = block(family, a.base, prefix);
        expect(covers(a, b)).toBe(a.base <= b.base && last(b) <= last(a));
      }),
    );
  });

  it('node podCIDRs that are cut are inside, disjoint from all others, of the size asked for, and the same every time', () => {
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

  it('node podCIDRs are refused only when no block is free', () => {
    fc.assert(
      fc.property(plan, ({ podCIDR, bits, given }) => {
        const cut = cutPodCidrs(podCIDR, bits, given);
        if (!cut.includes(undefined)) return;
        const taken = cut.filter((c) => c !== undefined);
        for (let base = podCIDR.base; base <= last(podCIDR); base += 2n ** BigInt(BITS[family] - bits))
          expect(taken.some((other) => overlaps(other, block(family, base, bits)))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('node addresses are inside, unique, and none that is not for hosts', () => {
    fc.assert(
      fc.property(underlay, fc.array(fc.boolean(), { maxLength: 20 }), (range, own) => {
        const given = own.map((has, i) => (has ? gateway(range) + 1n + BigInt(i * 3) : undefined));
        const assigned = assignAddresses(range, given);
        const all = assigned.filter((a) => a !== undefined);
        expect(new Set(all).size).toBe(all.length);
        const cut = assigned.filter((a, i) => given[i] === undefined && a !== undefined) as bigint[];
        for (const a of cut) {
          expect(a > gateway(range) && contains(range, a)).toBe(true);
          if (family === 4) expect(a).not.toBe(last(range));
        }
      }),
    );
  });

  it('pod addresses are as many as host-local has, and none of those it keeps', () => {
    const kept = (range: Cidr) => [range.base, gateway(range), ...(family === 4 ? [last(range)] : [])];
    fc.assert(
      fc.property(small, (range) => {
        const pods = new PodAddresses();
        const asked = Number(size(range)) + 2;
        const taken = Array.from({ length: asked }, () => pods.take('n', range)).filter(
          (t) => t !== undefined,
        );
        expect(BigInt(taken.length)).toBe(hostCapacity(range));
        expect(taken.length).toBe(Math.max(0, Number(size(range)) - kept(range).length));
        expect(pods.wanted('n')).toBe(asked);
        expect(new Set(taken).size).toBe(taken.length);
        for (const t of taken) {
          expect(contains(range, t)).toBe(true);
          expect(kept(range)).not.toContain(t);
        }
      }),
    );
  });
});

describe.each([
  {
    ...{ host: '10.0.0.5/24', range: '10.0.0.0/24', pods: '10.42.0.0/16', bits: 24 },
    cut: ['10.42.0.0/24', '10.42.1.0/24', '10.42.2.0/24'],
    ...{ underlay: '10.0.0.0/29', nodes: ['10.0.0.2', '10.0.0.3', '10.0.0.4'], end: '10.0.0.6' },
    ...{ a: '10.244.0.0/24', b: '10.244.1.0/24', taken: ['10.244.0.2', '10.244.1.2', '10.244.0.3'] },
  },
  {
    ...{ host: 'fd00::5/64', range: 'fd00::/64', pods: 'fd00:42::/56', bits: 64 },
    cut: ['fd00:42::/64', 'fd00:42:0:1::/64', 'fd00:42:0:2::/64'],
    ...{ underlay: 'fd00::/125', nodes: ['fd00::2', 'fd00::3', 'fd00::4'], end: 'fd00::7' },
    ...{
      a: 'fd00:0:0:a::/64',
      b: 'fd00:0:0:b::/64',
      taken: ['fd00:0:0:a::2', 'fd00:0:0:b::2', 'fd00:0:0:a::3'],
    },
  },
])('around $range', ({ host, range, pods, bits, cut, underlay, nodes, end, a, b, taken }) => {
  it('a host is known from a range', () => {
    expect([host, range].map(hasHostBits)).toEqual([true, false]);
    expect(formatCidr(parseCidr(host))).toBe(range);
  });

  it('node podCIDRs go up from the first, past those that are given', () => {
    const podCIDR = parseCidr(pods);
    const given = [undefined, parseCidr(cut[1] ?? ''), undefined];
    expect(cutPodCidrs(podCIDR, bits, given).map((c) => c && formatCidr(c))).toEqual(cut);
  });

  it('node addresses go up from the second, past those that are given, to the very last that a host can have', () => {
    const net = parseCidr(underlay);
    const given = [undefined, parseAddress(nodes[1] ?? ''), undefined];
    expect(shown(assignAddresses(net, given), net.family)).toEqual(nodes);
    const many = assignAddresses(net, [undefined, ...Array(Number(hostCapacity(net)))]);
    expect(shown(many, net.family).slice(-2)).toEqual([end, undefined]);
    expect(formatAddress(lastHost(net), net.family)).toBe(end);
  });

  it('pod addresses are the second, the third, … of each node on its own', () => {
    const addresses = new PodAddresses();
    const [one, two] = [parseCidr(a), parseCidr(b)];
    const given = [addresses.take('a', one), addresses.take('b', two), addresses.take('a', one)];
    expect(shown(given, one.family)).toEqual(taken);
  });
});

it('an IPv6 address is written in the form of RFC 5952', () => {
  expect(formatAddress(parseAddress('FD00:0:0:1:0:0:0:A'), 6)).toBe('fd00:0:0:1::a');
});

it('an address of a lab has four decimal parts or no zone', () => {
  const texts = ['10.0.0.1', '10.1', '010.0.0.1', '0x0a.0.0.1', '10', 'fd00::1', 'fe80::1%eth0', 'web-1', ''];
  expect(texts.filter(isAddress)).toEqual(['10.0.0.1', 'fd00::1']);
  expect(texts.filter((text) => familyOf(text) === 6)).toEqual(['fd00::1']);
});
