// What someone sees whose mesh speaks of whom there is not, or of more than can be asked.
import { expect, test } from 'vitest';
import { experimentProblems, GOOD_LAB, spoil } from './lab-text.ts';

const problems = (lines: readonly string[], lab = GOOD_LAB) => experimentProblems('mesh', lines, lab);

test('a correct one, with and without names', () => {
  expect(problems([])).toEqual([]);
  const checks = ['checks:', '- { name: x, select: unanswered, expect: [] }'];
  expect(problems(['from: nodes', 'to: [web, duo, n2]', 'peers: 2', 'size: mtu', ...checks])).toEqual([]);
});

test('names that are nobody’s', () => {
  expect(problems(['from: [wen]', 'to: [duo/left, n3]'])).toMatchInlineSnapshot(`
    [
      "1:12: no node, pod or workload is called "wen" (did you mean "web"?)",
      "2:10: no node, pod or workload is called "duo/left" (names there are: n1, n2, web-1, web-2, web-3, duo, web, duo)",
      "2:20: no node, pod or workload is called "n3" (did you mean "n1"?)",
    ]
  `);
});

test('words that are neither pods, nodes nor a list, and a size that is none', () => {
  expect(problems(['from: everybody', 'size: large'])).toMatchInlineSnapshot(`
    [
      "1:11: the text "everybody" is not one of: pods, nodes",
      "2:11: the text "large" is not one of: mtu",
    ]
  `);
});

test('IPv6 where there is none', () => {
  expect(problems(['family: 6'])).toEqual([
    '1:13: the lab has no IPv6 (add network.podCIDR6, or leave family out)',
  ]);
});

test('fields that are not observed', () => {
  expect(problems(['checks:', '- { name: x, select: unanswerd, expect: [] }'])).toEqual([
    '2:26: a mesh experiment observes no "unanswerd" (did you mean "unanswered"?)',
  ]);
});

test('more pairs than results can hold, and more requests than can be told apart', () => {
  const large = spoil('replicas: 3', 'replicas: 500');
  expect(problems(['timeout: 1'], large)).toEqual([
    '-1:5: these are up to 251001 pairs, and a mesh has at most 100000 (say how many others each asks, such as peers: 199)',
  ]);
  expect(problems(['peers: 199'], large)).toEqual([]);
  expect(problems(['from: [web-1]', 'count: 100'], large)).toEqual([]);
  const most = spoil('replicas: 3', 'replicas: 700').replace(
    '/16\nworkloads',
    '/16\n  nodeMaskBits: 22\nworkloads',
  );
  expect(problems(['from: [web-1]', 'count: 100'], most)).toEqual([
    '2:12: each would send up to 70100 requests, and can tell 65536 apart (lower count, or say peers)',
  ]);
});
