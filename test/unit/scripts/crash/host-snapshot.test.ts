// The check that a lab leaves the machine alone: blind to clocks and counters, and to nothing else. A real kernel.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostDifferences, hostSnapshot, normalised } from '../../../../scripts/crash/host-snapshot.ts';
import { type PrivateHost, privateHost } from '../../../support/private-host.ts';

let machine: PrivateHost;
let enter: readonly string[];
beforeAll(async () => {
  machine = await privateHost('machine');
  enter = ['nsenter', '-t', String(machine.holderPid), '-U', '--preserve-credentials', '-n'];
});
afterAll(() => machine.close());

async function change(command: string): Promise<void> {
  const { exitCode, stderr } = await machine.host.run(['sh', '-ec', command]);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
}

test('a machine that is left alone is equal to itself, traffic or not', async () => {
  await change(
    'nft add table ip counted; nft add chain ip counted in "{ type filter hook input priority 0; }"',
  );
  await change('nft add rule ip counted in counter accept');
  const before = await hostSnapshot(enter);
  await change('ping -c 2 -i 0.01 -q 127.0.0.1 > /dev/null');
  expect(hostDifferences(before, await hostSnapshot(enter))).toEqual([]);
});

test.each([
  ['links', 'ip link add left0 type veth peer name left1', 'ip link del left0'],
  ['links', 'ip link set lo mtu 4000', 'ip link set lo mtu 65536'],
  ['addresses', 'ip addr add 10.9.8.7/32 dev lo', 'ip addr del 10.9.8.7/32 dev lo'],
  ['IPv4 routes', 'ip route add 10.7.0.0/16 dev lo', 'ip route del 10.7.0.0/16'],
  [
    'neighbours',
    'ip link add left0 up type veth peer name left1; ip neigh add 10.7.0.1 lladdr 02:00:00:00:00:01 dev left0',
    'ip link del left0',
  ],
  ['IPv4 rules', 'ip rule add from 10.7.0.1 table 7', 'ip rule del from 10.7.0.1 table 7'],
  ['nftables', 'nft add table ip left', 'nft delete table ip left'],
])('a change of %s is seen (%s), and so is that it is gone again', async (section, make, undo) => {
  const before = await hostSnapshot(enter);
  await change(make);
  const differences = hostDifferences(before, await hostSnapshot(enter));
  expect(differences.some((line) => line.startsWith(`+ ${section}: `))).toBe(true);
  await change(undo);
  expect(hostDifferences(before, await hostSnapshot(enter))).toEqual([]);
});

test('this machine is read: its links, sysctls and mounts', async () => {
  const state = await hostSnapshot();
  expect(state.links?.some((line) => line.includes('"ifname":"lo"'))).toBe(true);
  expect(state.sysctls?.some((line) => line.startsWith('/proc/sys/net/ipv4/ip_forward = '))).toBe(true);
  expect(state.mounts?.some((line) => line.includes(' / / '))).toBe(true);
});

test('two rules that changed places are a change', () => {
  const rules = (...lines: string[]) => ({ iptables: normalised(lines.join('\n')) });
  expect(hostDifferences(rules('-A a', '-A b'), rules('-A b', '-A a'))).toEqual([
    '~ iptables: the order or the number of lines changed',
  ]);
  expect(hostDifferences(rules(':INPUT ACCEPT [1:60]'), rules('# at noon', ':INPUT ACCEPT [9:900]'))).toEqual(
    [],
  );
});
