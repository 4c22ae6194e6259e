// Workloads that name pods which run already: what they become, and what someone sees who has written one wrong.
import { describe, expect, it } from 'vitest';
import { parseLabSource } from '../../../infra/lab/parse.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { resolveLab } from '../../../infra/lab/resolve.ts';
import { GOOD_LAB, spoil } from './lab-text.ts';

const SELECTED = `  - name: dns
    selector: { namespace: kube-system, matchLabels: { k8s-app: kube-dns } }
    nodes: [n2]
    replicas: 2
experiments:`;
const lab = spoil('experiments:', SELECTED);
const selector = { namespace: 'kube-system', matchLabels: { 'k8s-app': 'kube-dns' } };

function resolve(text: string) {
  const { raw, source } = parseLabSource(text, 'lab.yaml');
  return resolveLab(raw, source, {});
}

function problems(text: string): readonly string[] {
  try {
    resolve(text);
    return [];
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return error.problems.map((p) => `${p.line}:${p.column}: ${p.message}${p.hint ? ` (${p.hint})` : ''}`);
  }
}

describe('pods that a selector names', () => {
  it('have a name and a node, and nothing that would have to be made; the others keep their addresses', () => {
    const { workloads } = resolve(lab);
    const common = { node: 'n2', annotations: {}, ports: [], containers: [], selector };
    expect(workloads.at(-1)).toEqual({
      name: 'dns',
      kind: 'selected',
      pods: [
        { name: 'dns-1', ...common },
        { name: 'dns-2', ...common },
      ],
    });
    expect(workloads.slice(0, -1)).toEqual(resolve(GOOD_LAB).workloads);
  });

  it('one alone is called as the workload, and is in namespace default unless told otherwise', () => {
    const one = resolve(
      spoil('    replicas: 2\n', '', lab).replace('namespace: kube-system, ', ''),
    ).workloads.at(-1);
    expect(one?.pods).toMatchObject([{ name: 'dns', selector: { namespace: 'default' } }]);
  });

  it('are spoken of in experiments as others are, and so is whatever container they have', () => {
    expect(problems(spoil('from: web-1, to: duo', 'from: dns-2, to: duo', lab))).toEqual([]);
    expect(problems(spoil('in: duo/left', 'in: dns-1/coredns', lab))).toEqual([]);
    expect(problems(spoil('in: duo/left', 'in: dns-3/coredns', lab))).toEqual([
      '46:13: no node or pod is called "dns-3" (did you mean "dns-1"?)',
    ]);
    expect(problems(spoil('in: duo/left', 'in: dns-1/a/b', lab))).toHaveLength(1);
    expect(problems(spoil('in: duo/left', 'in: dns-1/', lab))).toHaveLength(1);
  });
});

describe('a selector that cannot be', () => {
  const of = (text: string) => problems(spoil(SELECTED.split('\n')[1] ?? '', `    ${text}`, lab));
  it.each([
    ['selektor: {}', ['22:5: unknown key "selektor" in workloads[2] (did you mean "selector"?)']],
    [
      'selector: { namespace: kube-system, labels: { a: b } }',
      [
        '22:15: missing key "matchLabels" in workloads[2].selector',
        '22:41: unknown key "labels" in workloads[2].selector (keys there are: namespace, matchLabels)',
      ],
    ],
    ['selector: { namespace: x }', ['22:15: missing key "matchLabels" in workloads[2].selector']],
    ['selector: { matchLabels: {} }', ['22:30: name at least one label']],
    ['selector: { matchLabels: { "a,b": c } }', ['22:30: "a,b" cannot be the key of a Kubernetes label']],
    [
      'selector: { matchLabels: { a: "b,c" } }',
      ['22:35: "b,c" cannot be used: must be the value of a Kubernetes label'],
    ],
  ])('%s', (text, wanted) => {
    expect(of(text)).toEqual(wanted);
  });

  it.each([
    [
      'without nodes',
      spoil('    nodes: [n2]\n', '', lab),
      '21:5: workload dns has a selector and no nodes: its pods run already, each where it is (say where, such as nodes: [n1, n2] for a pod on each; kubectl get pods -A -o wide shows it)',
    ],
    [
      'on a node there is not',
      spoil('nodes: [n2]', 'nodes: [n3]', lab),
      '23:13: there is no node "n3" (did you mean "n1"?)',
    ],
    [
      'of nobody',
      spoil('    replicas: 2\n', '    replicas: 0\n', lab),
      '24:15: a selector that names no pod is of no use (say how many of its pods the lab names, or take the workload out)',
    ],
    [
      'with containers',
      spoil('    replicas: 2\n', '    containers: [{ name: coredns }]\n', lab),
      '24:5: containers of pods that run already are what they are (take containers out, or the selector)',
    ],
    [
      'with annotations',
      spoil('    replicas: 2\n', '    annotations: { a: b }\n', lab),
      '24:5: annotations of pods that run already are what they are (take annotations out, or the selector)',
    ],
    [
      'with ports',
      spoil('    replicas: 2\n', '    ports: [{ containerPort: 53, hostPort: 53 }]\n', lab),
      '24:5: ports of pods that run already are what they are (take ports out, or the selector)',
    ],
  ])('%s', (_, text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });
});
