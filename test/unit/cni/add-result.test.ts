// Results of every version of the protocol read the same.
import { expect, test } from 'vitest';
import { parseAddResult, resultFacts } from '../../../infra/cni/add-result.ts';

const modern = {
  interfaces: [
    { name: 'cni0', mac: '02:00:00:00:00:01' },
    { name: 'veth1', mac: '02:00:00:00:00:02' },
    { name: 'eth0', mac: '02:00:00:00:00:03', sandbox: '/proc/7/ns/net' },
    { name: 'bwp1', mac: '02:00:00:00:00:04' },
  ],
  ips: [
    { address: 'fd00::2/64', interface: 2 },
    { address: '10.42.0.2/24', gateway: '10.42.0.1', interface: 2 },
  ],
  routes: [{ dst: '0.0.0.0/0', gw: '10.42.0.1' }, { dst: '10.42.0.0/16' }],
  dns: { nameservers: ['10.0.0.1'] },
};

test.each([
  ['0.3.1', { ...modern, ips: modern.ips.map((ip) => ({ ...ip, version: '4' })) }],
  ['0.4.0', modern],
  ['1.0.0', modern],
  ['1.1.0', { ...modern, interfaces: modern.interfaces.map((i) => ({ ...i, mtu: 1450, socketPath: '' })) }],
])('version %s', (cniVersion, raw) => {
  const result = parseAddResult({ cniVersion, ...raw }, '0.0.0');
  expect(result.cniVersion).toBe(cniVersion);
  expect(result.ips).toEqual([
    { address: 'fd00::2/64', gateway: '', interface: 2 },
    { address: '10.42.0.2/24', gateway: '10.42.0.1', interface: 2 },
  ]);
  expect(result.routes).toEqual(modern.routes);
  expect(result.dns).toEqual(modern.dns);
  expect(resultFacts(result, 'eth0')).toEqual({
    address: '10.42.0.2',
    address6: 'fd00::2',
    mac: '02:00:00:00:00:03',
    hostVeth: 'veth1',
    bridge: 'cni0',
  });
});

test.each(['0.1.0', '0.2.0'])('version %s: an address of each family', (cniVersion) => {
  const ip4 = { ip: '10.1.0.2/24', gateway: '10.1.0.1', routes: [{ dst: '0.0.0.0/0' }] };
  expect(parseAddResult({ ip4 }, cniVersion)).toMatchObject({
    cniVersion,
    ips: [{ address: '10.1.0.2/24', gateway: '10.1.0.1' }],
    routes: [{ dst: '0.0.0.0/0' }],
  });
});

test('a result that does not say its version is of the list’s', () => {
  expect(parseAddResult({}, '1.0.0')).toMatchObject({ cniVersion: '1.0.0', interfaces: [], ips: [] });
});

test('ptp has no bridge, and a result without interfaces no veth', () => {
  const [, veth, eth0] = modern.interfaces;
  expect(resultFacts(parseAddResult({ interfaces: [veth, eth0] }, '1.0.0'), 'eth0')).toMatchObject({
    hostVeth: 'veth1',
    bridge: '',
  });
  expect(resultFacts(parseAddResult({}, '1.0.0'), 'eth0')).toEqual({
    address: '',
    mac: '',
    hostVeth: '',
    bridge: '',
  });
});
