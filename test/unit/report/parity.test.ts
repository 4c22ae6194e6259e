// What a person reads of a parity run: the table, every difference, and why it is one.
import { expect, test } from 'vitest';
import { compareParity } from '../../../infra/parity/compare-parity.ts';
import { parityMarkdown } from '../../../infra/report/parity-markdown.ts';
import type { ParityReport } from '../../../infra/report/parity-report.ts';
import { parityText } from '../../../infra/report/parity-text.ts';
import { result, run } from '../parity/fixtures.ts';

const lab = ['routes', 'ping', 'tap', 'broken'].map((name) => ({
  name,
  onFailure: name === 'broken' ? ('record' as const) : ('fail' as const),
}));
const runs = [
  run(
    'netns',
    result('routes', { 'one route | a pod [K5]': 'pass', 'no bridge': 'pass', mtu: 'pass' }),
    result('ping', { answered: 'pass', 'in time': 'pass' }),
    result('tap', { seen: 'pass' }),
    result('broken', { answered: 'fail' }),
  ),
  run(
    'kind',
    result('routes', { 'one route | a pod [K5]': 'fail', 'no bridge': 'pass', mtu: 'pass' }),
    result('ping', { answered: 'pass', 'in time': 'inconclusive' }),
    result('tap', {}, 'there is no tcpdump'),
    result('broken', { answered: 'fail' }),
  ),
];
const explanations = [
  {
    experiment: 'ping',
    check: 'in time',
    backend: 'kind',
    expect: 'inconclusive' as const,
    why: 'its nodes share\none clock',
  },
  { experiment: 'routes', check: 'mtu', backend: 'kind', expect: 'fail' as const, why: 'once it did' },
];
const report: ParityReport = {
  lab: 'small',
  backends: [
    { name: 'netns', state: 'ran', settings: {} },
    { name: 'kind', state: 'ran', settings: { image: 'a:1', nodes: '2' } },
    {
      name: 'k3s',
      state: 'unusable',
      settings: { version: '1' },
      reason: 'there is no systemd',
      fix: 'use a machine with it',
    },
    {
      name: 'minikube',
      state: 'failed',
      settings: {},
      reason: 'lab small could not be stood up:\n  disk full',
    },
  ],
  parity: compareParity(lab, runs, explanations),
};

test('in a terminal', () => {
  expect(parityText(report)).toMatchInlineSnapshot(`
    "Lab small
      EXPERIMENT  CHECK                   NETNS            KIND
      routes      2 checks                pass             pass
                  one route | a pod [K5]  pass             FAIL
      ping        1 check                 pass             pass
                  in time                 pass             inconclusive (explained)
      tap         the experiment          pass             inconclusive
                  seen                    pass             -
      broken      answered                fail (recorded)  fail (recorded)

    Settings
      kind: image=a:1 nodes=2

    Differences
      routes: one route | a pod [K5]
        kind: fail, not explained
          - expected 1, observed 2
      ping: in time
        kind: inconclusive, explained: its nodes share one clock
      tap: the experiment
        kind: inconclusive, not explained
          - there is no tcpdump

    Explanations that explain nothing
      routes, mtu, kind: the check passes: take the explanation out

    Not run
      k3s: there is no systemd
        → use a machine with it
      minikube: lab small could not be stood up:
        disk full

    Lab small: 3 of 7 checks pass on netns, kind · 1 recorded alike · 1 explained · 2 not explained · 1 explanation too many"
  `);
});

test('every check, when asked', () => {
  const table = parityText(report, { all: true }).split('\n\n')[0];
  expect(table).toMatchInlineSnapshot(`
    "Lab small
      EXPERIMENT  CHECK                   NETNS            KIND
      routes      one route | a pod [K5]  pass             FAIL
                  no bridge               pass             pass
                  mtu                     pass             pass
      ping        answered                pass             pass
                  in time                 pass             inconclusive (explained)
      tap         the experiment          pass             inconclusive
                  seen                    pass             -
      broken      answered                fail (recorded)  fail (recorded)"
  `);
});

test('as Markdown', () => {
  expect(parityMarkdown(report)).toMatchInlineSnapshot(`
    "Lab \`small\`: 3 of 7 checks pass on netns, kind · 1 recorded alike · 1 explained · 2 not explained · 1 explanation too many

    | experiment | check | netns | kind |
    | --- | --- | --- | --- |
    | routes | 2 checks | pass | pass |
    | routes | one route \\| a pod [K5] | pass | FAIL |
    | ping | 1 check | pass | pass |
    | ping | in time | pass | inconclusive (explained) |
    | tap | the experiment | pass | inconclusive |
    | tap | seen | pass | - |
    | broken | answered | fail (recorded) | fail (recorded) |

    - settings of kind: image=a:1 nodes=2
    - routes, one route | a pod [K5], on kind: fail, not explained: expected 1, observed 2
    - ping, in time, on kind: inconclusive, its nodes share one clock
    - tap, the experiment, on kind: inconclusive, not explained: there is no tcpdump
    - routes, mtu, on kind: the check passes: take the explanation out
    - k3s was not run: there is no systemd
    - minikube was not run: lab small could not be stood up: disk full"
  `);
});

test('nothing could be run', () => {
  const nothing = { ...report, backends: report.backends.slice(2), parity: compareParity(lab, [], []) };
  expect(parityText(nothing)).toMatch(
    /^Not run\n {2}k3s: [\s\S]*\n\nLab small: no backend could run it here$/,
  );
  expect(parityMarkdown(nothing)).toMatch(
    /^Lab `small`: no backend could run it\n\n- k3s was not run: there is no systemd\n/,
  );
});
