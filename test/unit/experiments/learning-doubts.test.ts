// A check that finds nothing, and what it says where nothing could have been found.
import { expect, test } from 'vitest';
import type { Check } from '../../../infra/experiments/evaluate-check.ts';
import { unfounded } from '../../../infra/experiments/learning-doubts.ts';
import type { CheckResult, Json } from '../../../infra/experiments/result.ts';

const why = '/proc/net/nf_conntrack: Permission denied, and the tool conntrack is not installed';
const looked = {
  taps: [
    { name: 'veth', at: 'n1', dev: 'veth1', packets: 3, dropped: 0 },
    { name: 'deaf', at: 'n1', dev: 'veth2', packets: 0, dropped: 0 },
  ],
  hosts: ['n1', 'pod'],
  bridged: [{ in: 'veth' }] as readonly Json[],
  notObserved: [{ host: 'n1', table: 'conntrack', why }],
};

function doubts(select: string, where: Check['where'], observed: readonly Json[] = [], all = looked) {
  const check: Check = { name: 'none', select, where, expect: [] };
  const result: CheckResult = { name: 'none', verdict: 'pass', expected: [], observed, differences: [] };
  return unfounded(check, result, all, (name, field) => (field === 'name' ? name : undefined));
}

test('changes of a table that could not be read are not shown to be none', () => {
  const unread = [`conntrack of n1 was not observed: ${why}`];
  expect(doubts('changes', { table: 'conntrack' })).toEqual(unread);
  expect(doubts('changes', { host: '${n1.name}' })).toEqual(unread);
  expect(doubts('changes', undefined)).toEqual(unread);
  expect(doubts('changes', { host: 'n1', table: { $oneOf: ['fdb', 'neighbours'] } })).toEqual([]);
  expect(doubts('changes', { host: 'pod', table: 'conntrack' })).toEqual([]);
});

test('nor those of a host that was not watched', () => {
  expect(doubts('changes', { host: 'n2', table: 'fdb' })).toEqual([
    'nothing was watched there; watched were n1, pod',
  ]);
});

test('nor frames of a bridge that none was seen to cross', () => {
  expect(doubts('bridged', { packet: 'udp' })).toEqual([]);
  expect(doubts('bridged', { in: 'vet' })).toEqual(['no tap is called so; there are veth, deaf']);
  expect(doubts('bridged', { packet: 'udp' }, [], { ...looked, bridged: [] })).toEqual([
    'no frame at all was seen to cross a bridge',
  ]);
});

test('nor packets of a tap that saw none', () => {
  expect(doubts('packets', { tap: 'deaf' })).toEqual([
    'tap deaf saw no packet at all, so that it did not see these shows nothing',
  ]);
  expect(doubts('packets', { tap: 'veth' })).toEqual([]);
});

test('what was found stands', () => {
  expect(doubts('changes', { host: 'n2' }, [{ host: 'n2' }])).toEqual([]);
});
