import { expect, test } from 'vitest';
import { labProblem } from '../../../infra/backends/lab-problem.ts';
import { loadLab } from '../../../infra/lab/load.ts';

const BACKENDS = ['netns', 'kind', 'minikube', 'k3s', 'existing'] as const;
const problems = (lab: Parameters<typeof labProblem>[1]) =>
  Object.fromEntries(
    BACKENDS.flatMap((backend) => {
      const problem = labProblem(backend, lab);
      return problem === undefined ? [] : [[backend, problem]];
    }),
  );

test('two nodes are one too many for K3s on this machine', async () => {
  const lab = await loadLab('labs/kindnet/lab.yaml');
  expect(problems(lab)).toEqual({ k3s: 'the lab has 2 nodes, and this machine is one' });
  expect(problems({ ...lab, nodes: lab.nodes.slice(0, 1) })).toEqual({});
});

test('what is outside of a cluster is on netns alone', async () => {
  const lab = await loadLab('labs/services/lab.yaml');
  const why = (backend: string) =>
    `the ${backend} backend has no router beyond its nodes (cluster.outside): this lab runs on netns`;
  expect(problems(lab)).toEqual(
    Object.fromEntries(BACKENDS.slice(1).map((backend) => [backend, why(backend)])),
  );
});

test('pods that run already are on Kubernetes alone', async () => {
  const lab = await loadLab('.github/labs/one-node/lab.yaml');
  const selected = { ...lab, workloads: lab.workloads.map((one) => ({ ...one, kind: 'selected' as const })) };
  expect(problems(selected as never)).toEqual({
    netns: expect.stringMatching(
      /^workload web names pods that run already \(selector\), and netns has none: [^\n]*$/,
    ),
  });
});
