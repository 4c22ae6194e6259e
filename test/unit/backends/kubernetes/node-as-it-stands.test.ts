import { expect, test } from 'vitest';
import { nodeAsItStands } from '../../../../infra/backends/kubernetes/node-as-it-stands.ts';
import type { LabNode } from '../../../../infra/lab/lab.ts';

const planned: LabNode = {
  ...{ name: 'n1', role: 'worker', address: '192.0.2.2', podCIDR: '10.244.0.0/24' },
  ...{ address6: 'fd00:1::2', podCIDR6: 'fd00:10::/64' },
};
const internal = (...addresses: readonly string[]) =>
  [{ type: 'Hostname', address: 'host' }].concat(
    addresses.map((address) => ({ type: 'InternalIP', address })),
  );

test('both families are what the cluster says, in whatever order, and nothing of the plan', () => {
  const live = {
    spec: { podCIDR: 'fd00:99::/64', podCIDRs: ['fd00:99::/64', '10.9.0.0/24'] },
    status: { addresses: internal('fd00:7::5', '198.51.100.5') },
  };
  expect(nodeAsItStands(planned, live)).toEqual({
    ...{ name: 'n1', role: 'worker', address: '198.51.100.5', address6: 'fd00:7::5' },
    ...{ podCIDR: '10.9.0.0/24', podCIDR6: 'fd00:99::/64' },
  });
});

test('a cluster of IPv4 has no IPv6 address, whatever the lab would like', () => {
  const live = { spec: { podCIDR: '10.9.0.0/24' }, status: { addresses: internal('198.51.100.5') } };
  expect(nodeAsItStands(planned, live)).toEqual({
    ...{ name: 'n1', role: 'worker', address: '198.51.100.5', podCIDR: '10.9.0.0/24' },
  });
});

test('without a range there is none', () => {
  expect(nodeAsItStands(planned, {})).toEqual({ name: 'n1', role: 'worker', address: '192.0.2.2' });
});
