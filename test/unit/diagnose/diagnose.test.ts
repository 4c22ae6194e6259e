// From recorded kernels with something changed to the row that is to blame. Every fault for real: test/labs/faults.test.ts.
import { expect, test } from 'vitest';
import { diagnose } from '../../../infra/diagnose/diagnose.ts';
import type { LabSnapshot, SysctlRow } from '../../../infra/observe/snapshot.ts';
import { diagnosisText } from '../../../infra/report/diagnosis.ts';
import { changed, forwarding, predictable } from '../predict/recorded.ts';

const BRIDGED_FRAMES = 'net.bridge.bridge-nf-call-iptables';
const kindnet = predictable('kindnet');
const flannel = predictable('flannel');
/** As with a cluster whose nodes have ranges of their own; the recordings do not say. */
const ranged: LabSnapshot = {
  ...kindnet,
  nodes: kindnet.nodes.map((node, i) => ({ ...node, podCIDR: `10.244.${i}.0/24` })),
};

const causes = (lab: LabSnapshot) =>
  diagnose(lab).findings.map(({ host, subject, flows }) => [host, subject, flows.length]);

test('nothing is wrong with either lab, and nothing is left open', () => {
  expect(diagnose(kindnet)).toEqual({ findings: [], flows: 12, undecided: [] });
  expect(diagnose(flannel)).toEqual({ findings: [], flows: 12, undecided: [] });
});

test.each([
  ['10.244.1.0/24', ranged],
  ['10.244.1.2', kindnet],
])('a route that is missing, with and without a range to name it by: %s', (subject, lab) => {
  const without = forwarding(lab, 'minikube', ({ routes }) => ({
    routes: routes.filter(({ dst }) => dst !== '10.244.1.0/24'),
  }));
  const [cause] = diagnose(without).findings;
  expect(cause).toMatchObject({
    host: 'minikube',
    subject: `route ${subject}`,
    words: expect.stringMatching(/^no route to 10\.244\.1\./),
  });
});

test('two causes are two findings, the one that more suffer from first', () => {
  const rule = { family: 'ip', table: 'filter', chain: 'FORWARD' };
  const dropping = forwarding(flannel, 'node-2', ({ netfilter = [] }) => ({
    netfilter: [
      ...netfilter,
      { ...rule, rule: '-P FORWARD ACCEPT' },
      { ...rule, rule: '-A FORWARD -s 10.42.0.2/32 -j DROP' },
    ],
  }));
  const lab = changed(dropping, 'node-1', ({ leases }) => ({
    leases: [
      ...leases,
      { ...leases[0], containerId: 'gone', address: '10.42.0.77' } as (typeof leases)[number],
    ],
  }));
  expect(causes(lab)).toEqual([
    ['node-2', 'FORWARD', 2],
    ['node-1', 'leases', 0],
  ]);
});

test('a lease of a pod that is not the lab’s is none that was leaked', () => {
  const lease = (containerId: string) =>
    changed(flannel, 'node-1', ({ leases }) => ({
      leases: [...leases, { ...leases[0], containerId, address: '10.42.0.77' } as (typeof leases)[number]],
      // As with CoreDNS, which has come before the lab.
      cniCache: ['cbr0-other-eth0'],
    }));
  expect(causes(lease('other'))).toEqual([]);
  expect(causes(lease('gone'))).toEqual([['node-1', 'leases', 0]]);
});

test('a rule between two pods of one bridge is a cause only where bridged frames meet iptables', () => {
  const rule = { family: 'ip', table: 'filter', chain: 'FORWARD' };
  const dropping = forwarding(flannel, 'node-1', ({ netfilter = [] }) => ({
    netfilter: [
      ...netfilter,
      { ...rule, rule: '-P FORWARD ACCEPT' },
      { ...rule, rule: '-A FORWARD -s 10.42.0.2/32 -d 10.42.0.3/32 -j DROP' },
    ],
  }));
  const shown = (rows: readonly SysctlRow[]) =>
    changed(dropping, 'node-1', ({ sysctls }) => ({
      sysctls: [...sysctls.filter(({ name }) => name !== BRIDGED_FRAMES), ...rows],
    }));
  expect(causes(shown([{ name: BRIDGED_FRAMES, value: '1' }]))).toEqual([['node-1', 'FORWARD', 2]]);
  expect(causes(shown([{ name: BRIDGED_FRAMES, value: '0' }]))).toEqual([]);
  // A kernel without br_netfilter has no such setting.
  expect(causes(shown([]))).toEqual([]);
});

test('an address of a pod that another pod has as well explains what cannot be told of it', () => {
  const twice = changed(flannel, 'pod-b', ({ addresses }) => ({
    addresses: [
      ...addresses,
      { dev: 'eth0', family: 'inet' as const, address: '10.42.0.2', prefix: 32, scope: 'global' },
    ],
  }));
  expect(diagnose(twice).findings).toMatchObject([{ host: 'pod-b', subject: '10.42.0.2' }]);
});

test('what cannot be told is said, and is no finding', () => {
  const lab = forwarding(
    flannel,
    'node-1',
    ({ netfilter: _, ...state }) => ({ ...state, netfilter: undefined }) as never,
  );
  const { findings, undecided } = diagnose(lab);
  expect(findings).toEqual([]);
  expect(undecided.length).toBeGreaterThan(0);
  expect(diagnosisText('flannel', diagnose(lab))).toContain('What cannot be told:\n  pod-');
});

test('as text: the cause, what is wrong, and some of those that suffer', () => {
  const finding = {
    host: 'node-1',
    table: 'interfaces',
    subject: 'cni0',
    words: 'bridge cni0 is down',
  } as const;
  const flows = ['a → b', 'a → c', 'b → a', 'b → c', 'c → a'];
  expect(diagnosisText('flannel', { findings: [{ ...finding, flows }], flows: 12, undecided: [] })).toBe(
    [
      'Lab flannel: 1 cause found.',
      '  node-1: cni0',
      '    bridge cni0 is down',
      '    suffering: a → b, a → c, b → a and 2 more',
    ].join('\n'),
  );
  expect(diagnosisText('flannel', { findings: [], flows: 12, undecided: [] })).toBe(
    'Lab flannel: nothing wrong was found in 12 flows between its pods.',
  );
});
