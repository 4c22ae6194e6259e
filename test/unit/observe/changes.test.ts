// What came, went and changed between two pictures of a lab, by identity and not by place, and in words.
import { expect, test } from 'vitest';
import { snapshotChanges } from '../../../infra/observe/changes/snapshot-changes.ts';
import type { HostSnapshot, LabSnapshot } from '../../../infra/observe/snapshot.ts';
import { changesText } from '../../../infra/report/changes.ts';
import { recordedLab } from './fixtures.ts';

const flannel = recordedLab('flannel');

/** The lab with this in another way on one host. */
function edited(host: string, edit: (snapshot: HostSnapshot) => Partial<HostSnapshot>): LabSnapshot {
  const snapshot = flannel.hosts[host] as HostSnapshot;
  return { ...flannel, hosts: { ...flannel.hosts, [host]: { ...snapshot, ...edit(snapshot) } } };
}

function told(after: LabSnapshot, before = flannel) {
  return snapshotChanges(before, after).map(({ host, kind, text }) => [host, kind, text]);
}

test('two pictures of the same, in whatever order the kernel told it, differ in nothing', () => {
  const shuffled = edited('node-1', ({ interfaces, routes, fdb }) => ({
    interfaces: interfaces.toReversed(),
    routes: routes.toReversed(),
    fdb: fdb.toReversed(),
  }));
  expect(snapshotChanges(flannel, shuffled)).toEqual([]);
  expect(changesText([])).toBe('Nothing that is observed has changed.');
});

test('a route that went, and one that leads elsewhere, as ip prints them', () => {
  const without = edited('node-1', ({ routes }) => ({
    routes: routes.filter(({ dst }) => dst !== '10.42.1.0/24'),
  }));
  const line = 'route 10.42.1.0/24 via 10.42.1.0 dev flannel.1 onlink';
  expect(told(without)).toEqual([['node-1', 'removed', line]]);
  expect(told(flannel, without)).toEqual([['node-1', 'added', line]]);
  const elsewhere = edited('node-1', ({ routes }) => ({
    routes: routes.map((row) => (row.dst === '10.42.1.0/24' ? { ...row, via: '10.42.9.0' } : row)),
  }));
  expect(told(elsewhere)).toEqual([
    ['node-1', 'changed', 'route 10.42.1.0/24 via 10.42.9.0 dev flannel.1 onlink: via 10.42.1.0 → 10.42.9.0'],
  ]);
});

test('what a first ping leaves behind: an entry is news, how long ago it was used is not', () => {
  const learned = (state: string) =>
    edited('pod-a', ({ neighbours }) => ({
      neighbours: [...neighbours, { dst: '10.42.0.99', dev: 'eth0', mac: '02:00:00:00:00:99', state }],
    }));
  expect(told(learned('REACHABLE'))).toEqual([
    ['pod-a', 'added', 'neighbour 10.42.0.99 dev eth0 lladdr 02:00:00:00:00:99 REACHABLE'],
  ]);
  expect(told(learned('STALE'), learned('REACHABLE'))).toEqual([]);
  expect(told(learned('FAILED'), learned('STALE'))).toEqual([
    [
      'pod-a',
      'changed',
      'neighbour 10.42.0.99 dev eth0 lladdr 02:00:00:00:00:99 FAILED: state in use → FAILED',
    ],
  ]);
});

test('an interface is the same one under another name, and another one under the same', () => {
  const renamed = edited('node-1', ({ interfaces }) => ({
    interfaces: interfaces.map((row) => (row.name === 'cni0' ? { ...row, name: 'br0' } : row)),
  }));
  expect(told(renamed)).toEqual([
    ['node-1', 'changed', expect.stringMatching(/^\d+: br0 bridge .*: name cni0 → br0$/)],
  ]);
  const anew = edited('node-1', ({ interfaces }) => ({
    interfaces: interfaces.map((row) => (row.name === 'cni0' ? { ...row, ifindex: 999 } : row)),
  }));
  expect(told(anew).map(([, kind]) => kind)).toEqual(['removed', 'added']);
});

test('netfilter rules have an order, and one of two equal ones can go', () => {
  const rule = { family: 'ip', table: 'filter', chain: 'FORWARD' };
  const rules = (...texts: string[]) =>
    edited('node-1', () => ({ netfilter: texts.map((text) => ({ ...rule, rule: text })) }));
  expect(told(rules('b', 'a'), rules('a', 'b'))).toEqual([
    ['node-1', 'changed', 'ip filter FORWARD: its rules are in another order'],
  ]);
  expect(told(rules('a', 'b'), rules('a', 'b', 'a'))).toEqual([
    ['node-1', 'removed', 'ip filter FORWARD: a'],
  ]);
});

test('a sysctl with another value is news; those that come with an interface are not', () => {
  const [first] = flannel.hosts['node-1']?.sysctls ?? [];
  const set = edited('node-1', ({ sysctls }) => ({
    sysctls: [{ name: first?.name ?? '', value: '7' }, ...sysctls.slice(1), { name: 'net.new', value: '1' }],
  }));
  expect(told(set)).toEqual([['node-1', 'changed', `sysctl ${first?.name}: value ${first?.value} → 7`]]);
});

test('a pod that came is one line and its CNI calls, not everything that is in it', () => {
  const { 'pod-b': _, ...hosts } = flannel.hosts;
  const without = { ...flannel, hosts, pods: flannel.pods.filter(({ name }) => name !== 'pod-b') };
  expect(told(flannel, without)).toEqual([
    [undefined, 'added', expect.stringMatching(/^pod pod-b on node-1: 10\.42\.0\.3, host end veth/)],
  ]);
});

test('another network namespace under the same name: that, and not each thing in it', () => {
  const other = edited('pod-a', () => ({ netns: 'net:[1]', routes: [], interfaces: [] }));
  expect(told(other)).toEqual([
    [
      'pod-a',
      'changed',
      `network namespace: ${flannel.hosts['pod-a']?.netns} → net:[1]: everything in it is another`,
    ],
  ]);
});

test('changes are told by host', () => {
  const after = edited('node-1', ({ addresses }) => ({ addresses: addresses.slice(1) }));
  const [gone] = flannel.hosts['node-1']?.addresses ?? [];
  expect(changesText(snapshotChanges(flannel, after))).toBe(
    `node-1\n  - ${gone?.family} ${gone?.address}/${gone?.prefix} scope ${gone?.scope} dev ${gone?.dev}`,
  );
});
