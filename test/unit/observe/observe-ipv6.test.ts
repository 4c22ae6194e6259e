// IPv6 as a host's kernel has it, in the same tables as IPv4; and of a host that has none, not a word.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { observeHost } from '../../../infra/observe/observe-host.ts';
import type { HostSnapshot } from '../../../infra/observe/snapshot.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';

let machine: PrivateHost;
let seen: HostSnapshot;

beforeAll(async () => {
  machine = await privateHost('six');
  const script = `ip link set lo up
    ip link add v1 type veth peer name v2
    ip link set v1 up; ip link set v2 up
    ip address add fd00:1::1/64 dev v1 nodad
    ip address add fd00:1::2/64 dev v1 nodad preferred_lft 0
    ip -6 route add fd00:2::/64 via fd00:1::9 dev v1 metric 77
    ip -6 route add unreachable fd00:3::/64
    ip -6 rule add from fd00:2::/64 to fd00:4::/64 lookup 100 priority 1000
    ip neigh add fd00:1::9 lladdr 02:00:00:00:00:09 dev v1 nud permanent
    ip -6 neigh add proxy fd00:1::77 dev v1
    ip6tables -A FORWARD -s fd00:2::/64 -j DROP
    nft add table ip6 own; nft add chain ip6 own c`;
  expect((await machine.host.run(['sh', '-ec', script])).stderr).toBe('');
  seen = await observeHost(machine.host, 'node', { forwarding: true });
});
afterAll(() => machine?.close());

test('routes, rules, neighbours and filters stand in the tables with their family', () => {
  expect(seen.routes).toContainEqual(
    expect.objectContaining({ family: 'inet6', dst: 'fd00:2::/64', via: 'fd00:1::9', dev: 'v1', metric: 77 }),
  );
  expect(seen.routes).toContainEqual(
    expect.objectContaining({ family: 'inet6', dst: 'fd00:3::/64', type: 'unreachable' }),
  );
  const rules = seen.rules.filter(({ family }) => family === 'inet6');
  expect(rules.map(({ priority }) => priority)).toEqual([0, 1000, 32766]);
  expect(rules[1]).toMatchObject({ src: 'fd00:2::/64', dst: 'fd00:4::/64', table: '100' });
  expect(seen.neighbours).toContainEqual({
    ...{ dst: 'fd00:1::9', dev: 'v1', mac: '02:00:00:00:00:09', state: 'PERMANENT', family: 'inet6' },
  });
  const own = seen.netfilter.filter(({ family }) => family === 'ip6');
  expect(own).toContainEqual({
    ...{ family: 'ip6', table: 'filter', chain: 'FORWARD', rule: '-A FORWARD -s fd00:2::/64 -j DROP' },
  });
  // Once only, as ip6tables-save prints it, and what is nft's own beside it.
  expect(own.filter(({ rule }) => /fd00:2::|drop/.test(rule))).toHaveLength(1);
});

test('what a prediction needs of IPv6 is kept apart from what it needs of IPv4', () => {
  const { forwarding } = seen;
  const { ipv6 } = forwarding ?? {};
  expect(forwarding?.addresses.map(({ address }) => address)).toEqual(['127.0.0.1']);
  expect(forwarding?.rules.map(({ priority }) => priority)).toEqual([0, 32766, 32767]);
  expect(ipv6?.addresses.filter(({ scope }) => scope === 'global')).toMatchObject([
    { address: 'fd00:1::2', flags: ['deprecated'] },
    { address: 'fd00:1::1', flags: [] },
  ]);
  expect(ipv6?.routes).toContainEqual(
    expect.objectContaining({ dst: 'fd00:1::1', type: 'local', table: 'local' }),
  );
  expect(ipv6?.proxies).toEqual([{ dst: 'fd00:1::77', dev: 'v1' }]);
  expect(ipv6?.neighbours.map(({ dst }) => dst)).toContain('fd00:1::9');
  expect(seen.sysctls.map(({ name }) => name)).toContain('net.ipv6.conf.v1.proxy_ndp');
});

test('a host without an IPv6 address has no rules, sysctls and state of IPv6', async () => {
  const off =
    'ip -6 rule del priority 1000; for i in all default; do echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6; done';
  expect((await machine.host.run(['sh', '-ec', off])).stderr).toBe('');
  const without = await observeHost(machine.host, 'node', { forwarding: true });
  expect(without.rules.every(({ family }) => family === 'inet')).toBe(true);
  expect(without.forwarding).not.toHaveProperty('ipv6');
  expect(without.sysctls.map(({ name }) => name)).not.toContain('net.ipv6.conf.v1.proxy_ndp');
  expect(without.sysctls).toContainEqual({ name: 'net.ipv6.conf.v1.disable_ipv6', value: '1' });
});
