// What someone sees whose learning experiment speaks of what there is not: each mistake once, at its place.
import { expect, test } from 'vitest';
import { experimentProblems } from './lab-text.ts';

const problems = (...lines: readonly string[]) => experimentProblems('learning', lines);

const PING = 'ping: { from: web-1, to: duo }';

test('a correct one, with and without taps', () => {
  const check =
    "- { name: x, select: changes, where: { host: n1, table: fdb, mac: '${duo.mac}' }, expect: [] }";
  expect(problems(PING)).toEqual([]);
  expect(
    problems(
      PING,
      "taps: [{ name: veth, at: n1, dev: '${duo.hostVeth}' }]",
      'forget: [n1, web-1, duo]',
      'before: [{ in: n1, command: [ip, link] }]',
      "waitFor: [{ host: n1, table: fdb, change: removed, mac: '${duo.mac}' }]",
      'checks:',
      check,
      '- { name: y, select: bridged, where: { in: veth }, expect: { $every: { flooded: false } } }',
      'cleanup: [{ in: n1, command: [ip, link] }]',
    ),
  ).toEqual([]);
});

test('taps that cannot be chosen', () => {
  expect(problems('ping: { from: n1, to: n2 }')).toEqual([
    '1:11: taps are chosen around a pod, and this ping has none at either end (name the interfaces to listen at: taps: [{ name: …, at: <node or pod>, dev: … }])',
  ]);
});

test('taps, steps and ends that are not there', () => {
  expect(
    problems(
      'ping: { from: web-9, to: duo }',
      'taps: [{ name: veth, at: n3, dev: eth0 }]',
      'before: [{ in: dua, command: [ip] }]',
      'cleanup: [{ in: n1, command: [ip, "${n1.mac}"] }]',
      'forget: [duo/left]',
    ),
  ).toEqual([
    '1:19: no node or pod is called "web-9" (did you mean "web-1"?)',
    '2:30: no node or pod is called "n3" (did you mean "n1"?)',
    '3:20: no node or pod is called "dua" (did you mean "duo"?)',
    '4:39: a node has no "mac" (in ${n1.mac}) (fields there are: name, address, podCIDR, gateway, cni0Mac, vtepMac)',
    '5:14: "duo/left" names a container; a node or a pod is meant here (write duo)',
  ]);
});

test('columns, tables, changes and hosts that are not there', () => {
  expect(
    problems(
      PING,
      'checks:',
      '- { name: a, select: changed, expect: { $count: 1 } }',
      '- { name: b, select: changes, where: { causedBuy: x }, expect: [] }',
      '- { name: c, select: changes, where: { table: arp, change: deleted }, expect: [] }',
      '- { name: d, select: bridged, where: { flood: true, host: n3 }, expect: [] }',
    ),
  ).toEqual([
    '3:26: a learning experiment observes no "changed" (did you mean "changes"?)',
    '4:44: "changes" has no column "causedBuy" (did you mean "causedBy"?)',
    '5:51: no table is called "arp" (tables there are: fdb, neighbours, conntrack)',
    '5:64: no change is called "deleted" (changes there are: added, removed, changed)',
    '6:44: "bridged" has no column "flood" (did you mean "flooded"?)',
    '6:63: no node or pod is called "n3" (did you mean "n1"?)',
  ]);
});

test('names of taps that are not there, when the lab names them', () => {
  const taps = "taps: [{ name: veth, at: n1, dev: '${duo.hostVeth}' }]";
  const check = '- { name: a, select: bridged, where: { in: vethh }, expect: [] }';
  expect(problems(PING, taps, 'checks:', check)).toEqual([
    '4:48: this experiment has no tap "vethh" (did you mean "veth"?)',
  ]);
  expect(problems(PING, 'checks:', check)).toEqual([]);
  expect(problems(PING, taps.replace(' }]', ' }, { name: veth, at: n1, dev: cni0 }]'))).toEqual([
    '2:68: there are two taps of added called "veth" (rename one of them)',
  ]);
});

test('waiting for what nobody can wait for', () => {
  expect(
    problems(
      PING,
      'waitFor:',
      '- { table: conntrack }',
      '- {}',
      '- { tabel: fdb }',
      '- { host: n3, mac: { $foo: 1 } }',
    ),
  ).toEqual([
    '3:16: connections are read before and after, not watched: nothing can wait for one (wait for a change of fdb or neighbours)',
    expect.stringMatching(/^4:7: an empty mapping holds for everything/),
    '5:9: "changes" has no column "tabel" (did you mean "table"?)',
    '6:15: no node or pod is called "n3" (did you mean "n1"?)',
    expect.stringMatching(/^6:26: no operator \$foo; /),
  ]);
  expect(problems(PING, 'patience: 0')).toEqual([expect.stringMatching(/^2:15: /)]);
});
