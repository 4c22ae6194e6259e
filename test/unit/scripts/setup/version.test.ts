import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareVersions, parseVersion } from '../../../../scripts/setup/version.ts';

test.each([
  ['ip utility, iproute2-6.1.0, libbpf 1.1.2', [6, 1, 0]],
  ['tcpdump version 4.99.3\nlibpcap version 1.10.3', [4, 99, 3]],
  ['ping from iputils 20221126', [20221126]],
  ['nftables v1.0.6 (Lester Gooch #5)', [1, 0, 6]],
  ['GNU bash, version 5.2.15(1)-release', [5, 2, 15]],
  ['v3.253.0', [3, 253, 0]],
  ['3.253.0-alpha.x', [3, 253, 0]],
  ['1.26.8 linux/amd64', [1, 26, 8]],
])('reads the version out of %j', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

test('says nothing about a text without a number', () => {
  expect(parseVersion('plugin version unknown')).toBeUndefined();
});

test('orders versions by number, not by letter', () => {
  expect(compareVersions([3, 9], [3, 200])).toBeLessThan(0);
  expect(compareVersions([3, 200], [3, 200, 0])).toBe(0);
});

test('the order is total: turning a comparison round turns its sign', () => {
  const version = fc.array(fc.nat(300), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
    }),
  );
});
