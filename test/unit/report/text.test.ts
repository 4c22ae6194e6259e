// The page that `up` ends with, word for word.
import { describe, expect, it } from 'vitest';
import type { ExperimentResult } from '../../../infra/experiments/result.ts';
import { composeResults } from '../../../infra/experiments/results-store.ts';
import type { VethRow } from '../../../infra/observe/snapshot.ts';
import { PLAIN } from '../../../infra/report/paint.ts';
import { type LabSummary, summaryText } from '../../../infra/report/text.ts';

const pods = [
  { name: 'web-1', node: 'minikube', address: '10.244.0.2' },
  { name: 'web-2', node: 'minikube-m02', address: '10.244.1.2' },
].map((pod, index) => ({ ...pod, mac: '', hostVeth: '', netns: '', pid: index }));

const containers = ['web-1', 'web-1', 'web-2'].map((pod, index) => {
  return { pod, node: '', name: `c${index}`, id: '', pid: index, netns: '' };
});

const veths = [
  { pod: 'web-1', node: 'minikube', nodeIf: 'veth273eff8f', nodeIfindex: 4, matches: true },
  { pod: 'web-2', node: 'minikube-m02', nodeIf: 'vethcni1', nodeIfindex: 5, matches: false, master: 'cni0' },
].map(
  (veth): VethRow => ({
    ...{ podIf: 'eth0', podIfindex: 2, podPeerIfindex: veth.nodeIfindex, nodePeerIfindex: 2, nodeNetnsid: 0 },
    ...veth,
  }),
);

function experiment(name: string, checks: ExperimentResult['checks'], rest: Partial<ExperimentResult> = {}) {
  const result: ExperimentResult = {
    ...{ name, kind: 'inspect', verdict: 'pass', checks, observed: null, canonical: null },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', durationMs: 123.4, trafficMs: 0, artifacts: [] },
    ...rest,
  };
  return result;
}

const good = {
  name: 'pods have eth0 and lo',
  verdict: 'pass',
  expected: 1,
  observed: 1,
  differences: [],
} as const;
const bad = {
  name: 'the default route goes by the gateway',
  claim: 'K8',
  verdict: 'fail',
  expected: [{ dst: 'default', via: '10.244.0.1' }],
  observed: [
    { dst: 'default', via: '10.244.0.254' },
    { dst: '10.244.0.0/24', via: '10.244.0.1' },
  ],
  differences: [
    'routes[0].via: expected 10.244.0.1, observed 10.244.0.254',
    'routes[1]: unexpected: {dst: 10.244.0.0/24}',
  ],
} as const;

function summary(experiments: readonly ExperimentResult[]): LabSummary {
  return {
    results: composeResults({ lab: 'kindnet', stack: 'dev', backend: 'netns' }, experiments),
    snapshot: { pods, containers, veths },
    resultsFile: '~/.local/state/cnilab/stacks/dev/results/results.json',
    next: [
      'npm run lab -- exec web-1 -- ip route   # the routes of a pod',
      'npm run down   # takes it all away',
    ],
  };
}

describe('the summary', () => {
  it('shows a lab where everything holds', () => {
    expect(
      summaryText(summary([experiment('interfaces', [good], { title: 'What a pod is given' })])),
    ).toMatchInlineSnapshot(`
      "Pods
        POD    NODE          ADDRESS     CONTAINERS
        web-1  minikube      10.244.0.2           2
        web-2  minikube-m02  10.244.1.2           1

      Veth pairs (N and M of eth0@ifN and vethX@ifM)
        POD    IN THE POD (IFINDEX)     ON THE NODE (IFINDEX)  NODE          MASTER
        web-1  eth0@if4 (2)          ↔  veth273eff8f@if2 (4)   minikube      -
        web-2  eth0@if5 (2)          ≠  vethcni1@if2 (5)       minikube-m02  cni0

      Experiments
        VERDICT  EXPERIMENT  KIND     CHECKS    TIME  TITLE
        pass     interfaces  inspect     1/1  0.12 s  What a pod is given

      Lab kindnet, stack dev: pass, 1 of 1 check passed in 1 experiment

      Everything observed is in
        ~/.local/state/cnilab/stacks/dev/results/results.json

      Try next
        npm run lab -- exec web-1 -- ip route   # the routes of a pod
        npm run down   # takes it all away"
    `);
  });

  it('shows what failed, expected beside observed, and what nobody can know', () => {
    const lost = {
      reason: 'tap veth1: the kernel dropped 3 packets at veth1',
      verdict: 'inconclusive',
    } as const;
    const text = summaryText(
      summary([
        experiment('routes', [good, bad], { verdict: 'fail' }),
        experiment('path', [], { kind: 'capture', durationMs: 1234, ...lost }),
      ]),
    );
    expect(text.slice(text.indexOf('Experiments'))).toMatchInlineSnapshot(`
      "Experiments
        VERDICT       EXPERIMENT  KIND     CHECKS    TIME  TITLE
        FAIL          routes      inspect     1/2  0.12 s  -
        inconclusive  path        capture     0/0  1.23 s  -

      FAIL routes
        FAIL  the default route goes by the gateway [K8]
            - routes[0].via: expected 10.244.0.1, observed 10.244.0.254
            - routes[1]: unexpected: {dst: 10.244.0.0/24}
            expected {"dst":"default","via":"10.244.0.1"}
            observed {"dst":"default","via":"10.244.0.254"}
                     {"dst":"10.244.0.0/24","via":"10.244.0.1"}

      inconclusive path
        tap veth1: the kernel dropped 3 packets at veth1

      Lab kindnet, stack dev: FAIL, 1 of 2 checks passed in 2 experiments

      Everything observed is in
        ~/.local/state/cnilab/stacks/dev/results/results.json

      Try next
        npm run lab -- exec web-1 -- ip route   # the routes of a pod
        npm run down   # takes it all away"
    `);
  });

  it('says that no experiment has been run, and names no file of results, for there is none', () => {
    const { snapshot, ...rest } = summary([]);
    expect(summaryText({ ...rest, next: [] })).toMatchInlineSnapshot(`
      "Experiments
        none has been run

      Lab kindnet, stack dev: no experiment has been run"
    `);
  });

  it('keeps every fact on a terminal of 40 columns', () => {
    const wide = summary([experiment('routes', [good, bad], { verdict: 'fail' })]);
    const words = (text: string) => new Set(text.split(/[\s:]+/));
    const narrow = words(summaryText(wide, { ...PLAIN, width: 40 }));
    expect([...words(summaryText(wide))].filter((word) => !narrow.has(word))).toEqual([]);
  });

  it('colours verdicts and titles where the terminal shows colours', () => {
    const marked = { width: Infinity, paint: (tone: string, text: string) => `<${tone}>${text}</${tone}>` };
    const text = summaryText(summary([experiment('routes', [bad], { verdict: 'fail' })]), marked);
    expect(text).toContain('<red>FAIL</red>');
    expect(text).toContain('<bold>Pods</bold>');
  });
});
