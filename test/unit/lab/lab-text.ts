// A small correct lab as text, to be spoilt in one place by each test.
import { parseLabSource } from '../../../infra/lab/parse.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { resolveLab } from '../../../infra/lab/resolve.ts';

export const GOOD_LAB = `name: demo
cluster:
  underlay: 192.168.49.0/24
  nodes:
    - name: n1
      address: 192.168.49.2
    - name: n2
network:
  type: kindnet
  podCIDR: 10.244.0.0/16
workloads:
  - name: web
    replicas: 3
    nodes: [n1, n2]
  - name: duo
    kind: pod
    nodes: [n1]
    containers:
      - name: left
      - name: right
experiments:
  - name: look
    kind: inspect
    checks:
      - name: a pod has routes
        at: web-1
        table: routes
        where: { dst: '\${duo.address}' }
        expect: { $count: 1 }
  - name: listen
    kind: capture
    taps:
      - { name: veth, at: n1, dev: '\${web-1.hostVeth}' }
    ping: { from: web-1, to: duo }
    checks:
      - name: seen
        select: paths
        expect: { $every: { at: { $order: [veth, veth] } } }
  - name: run
    kind: exec
    steps:
      - in: duo/left
        command: [ping, -c, '1', '\${web-2.address}']
`;

/** Replaces the one place where `from` stands. */
export function spoil(from: string, to: string, text = GOOD_LAB): string {
  if (text.split(from).length !== 2) throw new Error(`"${from}" is not there exactly once`);
  return text.replace(from, () => to);
}

/**
 * What someone reads whose lab has this experiment beside the others: `line:column: message (hint)`, lines counted from the
 * experiment's third on.
 */
export function experimentProblems(
  kind: string,
  lines: readonly string[],
  lab = GOOD_LAB,
): readonly string[] {
  const firstLine = lab.split('\n').length;
  const experiment = ['  - name: added', `    kind: ${kind}`, ...lines.map((line) => `    ${line}`)];
  try {
    const { raw, source } = parseLabSource(`${lab}${experiment.join('\n')}\n`, 'labs/demo/lab.yaml');
    resolveLab(raw, source, {});
    return [];
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return error.problems.map(
      ({ line, column, message, hint }) =>
        `${line - firstLine - 1}:${column}: ${message}${hint ? ` (${hint})` : ''}`,
    );
  }
}
