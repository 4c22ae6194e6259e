// A result of one protocol version for a reader of another; test/conformance has libcni do the same.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resultInVersion } from '../../../infra/cni/result-version.ts';
import { SUPPORTED_VERSIONS } from '../../../infra/cni/version.ts';
import { attachmentOf, listOf, runtimeOn, verbs } from './fixtures.ts';
import { addFailure, netns, node, records, useStandInNode } from './stand-in-node.ts';

useStandInNode();

const ADDRESSES = ['10.1.0.5/16', 'fd00::5/64', '10.2.0.5/16'];
const full = (cniVersion: string) => ({
  cniVersion,
  interfaces: [{ name: 'eth0', mac: '02:00:00:00:00:01', sandbox: '/run/netns/a' }],
  ips: ADDRESSES.map((address, i) => ({
    ...(cniVersion < '1' && { version: address.includes(':') ? '6' : '4' }),
    address,
    ...(i === 0 && { gateway: '10.1.0.1' }),
    interface: 0,
  })),
  routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0', gw: 'fd00::1' }],
  dns: { nameservers: ['10.1.0.1'] },
});

test('between versions with whole results nothing is lost', () => {
  const versions = SUPPORTED_VERSIONS.filter((version) => version >= '0.3.0');
  const version = fc.constantFrom(...versions);
  fc.assert(
    fc.property(version, version, (from, to) => {
      expect(resultInVersion(full(from), to)).toEqual(full(to));
    }),
  );
});

test('to 0.2.0 and back: the first address of each family, its routes, no interfaces', () => {
  const old = resultInVersion(full('1.0.0'), '0.2.0');
  expect(old).toEqual({
    cniVersion: '0.2.0',
    ip4: { ip: '10.1.0.5/16', gateway: '10.1.0.1', routes: [{ dst: '0.0.0.0/0' }] },
    ip6: { ip: 'fd00::5/64', routes: [{ dst: '::/0', gw: 'fd00::1' }] },
    dns: { nameservers: ['10.1.0.1'] },
  });
  expect(resultInVersion(old ?? {}, '0.3.1')).toEqual({
    cniVersion: '0.3.1',
    ips: [
      { version: '4', address: '10.1.0.5/16', gateway: '10.1.0.1' },
      { version: '6', address: 'fd00::5/64' },
    ],
    routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0', gw: 'fd00::1' }],
    dns: { nameservers: ['10.1.0.1'] },
  });
});

describe('in an ADD', () => {
  test.each([undefined, '', null])(
    'a result whose cniVersion is %j is of the list’s version',
    (cniVersion) => {
      expect(resultInVersion({ cniVersion, ips: [] }, '1.0.0')).toEqual({ cniVersion: '1.0.0', ips: [] });
    },
  );

  test('the last plugin answers in another version: CHECK and DEL have the result in the list’s', async () => {
    const { runtime, calls } = runtimeOn(node);
    const list = listOf([{ type: 'stand-in-versions', answer: 'older' }], { cniVersion: '1.0.0' });
    await runtime.add(list, attachmentOf(netns));
    await runtime.check(attachmentOf(netns));
    await runtime.del(undefined, attachmentOf(netns));
    const seen = calls.slice(1).map(({ command, stdin }) => [command, JSON.parse(stdin).prevResult]);
    const prevResult = {
      cniVersion: '1.0.0',
      ips: [{ address: '10.9.9.9/24', interface: 0, gateway: '10.9.9.1' }],
    };
    expect(seen).toMatchObject([
      ['CHECK', prevResult],
      ['DEL', prevResult],
    ]);
    expect(seen[0]?.[1].ips[0]).not.toHaveProperty('version');
  });

  test('a version that there is not: no result, and the ADD is undone', async () => {
    const { runtime, calls } = runtimeOn(node);
    const list = listOf([{ type: 'stand-in-versions', answer: 'unknown' }]);
    const failure = await addFailure(runtime, list);
    expect(failure).toMatchObject({ reason: 'garbage', cleanup: [] });
    expect(failure.msg).toContain('of a version that there is not: {"cniVersion":"7.0.0"');
    expect(verbs(calls)).toEqual(['ADD stand-in-versions', 'DEL stand-in-versions']);
    expect(await records()).toBe('');
  });
});
