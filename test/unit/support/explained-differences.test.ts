import { expect, test } from 'vitest';
import { explained } from '../../support/explained-differences.ts';
import { type RowDifference, tableDifferences } from '../../support/host-tables.ts';

const rule = (chain: string, text: string) => ({ family: 'ip', table: 'nat', chain, rule: text });
const netfilter = (only: RowDifference['only'], chain: string, text: string): RowDifference => ({
  host: 'n1',
  table: 'netfilter',
  only,
  row: rule(chain, text),
});
const tables = (rows: readonly object[]) => new Map([['n1 routes', rows.map((row) => JSON.stringify(row))]]);

test('a row that only one has is a difference, and so is one that the other has once more', () => {
  const [a, b] = [{ dst: '10.0.0.0/24' }, { dst: '10.0.1.0/24' }];
  expect(tableDifferences({ netns: tables([a, b]), kind: tables([b, b]) })).toEqual([
    { host: 'n1', table: 'routes', only: 'netns', row: a },
    { host: 'n1', table: 'routes', only: 'kind', row: b },
  ]);
});

test('a host that only one of them has is told of', () => {
  const row = { dst: 'default' };
  expect(tableDifferences({ netns: new Map(), kind: tables([row]) })).toEqual([
    { host: 'n1', table: 'routes', only: 'kind', row },
  ]);
});

test("kube-proxy's chains and docker's are explained on kind, not on netns", () => {
  const rules = [
    ['KUBE-SERVICES', '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS'],
    ['KUBE-MARK-MASQ', '-N KUBE-MARK-MASQ'],
    ['OUTPUT', '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES'],
    ['DOCKER_OUTPUT', '-N DOCKER_OUTPUT'],
    ['OUTPUT', '-A OUTPUT -d 192.0.2.1/32 -j DOCKER_OUTPUT'],
    ['INPUT', '-P INPUT ACCEPT'],
  ] as const;
  const on = (only: RowDifference['only']) => rules.map(([chain, text]) => netfilter(only, chain, text));
  expect(explained(on('kind')).unexplained).toEqual([]);
  expect(explained(on('netns')).unexplained).toEqual(on('netns'));
});

test('a route, a dropping policy, and a rule of nobody known are not explained', () => {
  const differences: readonly RowDifference[] = [
    { host: 'n1', table: 'routes', only: 'kind', row: { dst: '10.0.0.0/24' } },
    netfilter('kind', 'FORWARD', '-P FORWARD DROP'),
    netfilter('kind', 'FORWARD', '-A FORWARD -s 10.0.0.0/8 -j DROP'),
  ];
  expect(explained(differences).unexplained).toEqual(differences);
});

test('of a comment only the rule with a twin on the same host is explained', () => {
  const both = [
    netfilter('netns', 'FLANNEL-FWD', '-A FLANNEL-FWD -s 10.42.0.0/16 -j ACCEPT'),
    netfilter(
      'kind',
      'FLANNEL-FWD',
      '-A FLANNEL-FWD -s 10.42.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT',
    ),
    netfilter('netns', 'KIND-MASQ-AGENT', '-A KIND-MASQ-AGENT -j MASQUERADE'),
    netfilter(
      'kind',
      'KIND-MASQ-AGENT',
      '-A KIND-MASQ-AGENT -m comment --comment "out: the node" -j MASQUERADE',
    ),
  ];
  const alone = netfilter('kind', 'FLANNEL-FWD', '-A FLANNEL-FWD -m comment --comment x -j ACCEPT');
  const elsewhere = { ...netfilter('netns', 'FLANNEL-FWD', '-A FLANNEL-FWD -j ACCEPT'), host: 'n2' };
  expect(explained([...both, alone, elsewhere])).toEqual({
    unexplained: [alone, elsewhere],
    reasons: [expect.stringContaining('comment')],
  });
});
