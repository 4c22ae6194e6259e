// In which order pods of a cluster are told: as the lab has them, whatever node each is on.
import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import type { KubernetesConnection } from '../../../../infra/backends/kubernetes/connection.ts';
import { labPods } from '../../../../infra/backends/kubernetes/lab-pods.ts';
import { NODE, WORKLOAD } from '../../../../infra/backends/kubernetes/object-labels.ts';

const PODS = ['n1', 'n2', 'n1', 'n2'].map((node, i) => ({ name: `web-${i + 1}`, node, number: `${i + 1}` }));
const uid = (number: string) => `b5280aa3-4928-46b5-9cd0-${number.padStart(12, '0')}`;

const live = PODS.map(
  ({ node, number }): V1Pod => ({
    metadata: { uid: uid(number), labels: { [WORKLOAD]: 'web', [NODE]: node } },
    status: { phase: 'Running', podIP: `10.42.0.${number}`, podIPs: [{ ip: `10.42.0.${number}` }] },
  }),
);
const node = {
  run: async ([, , script]: readonly string[]) => ({
    stdout: script?.includes('crictl')
      ? `== crictl\n${PODS.map(({ number }) => `sandbox ${number.repeat(64)} 7 ${uid(number)}`).join('\n')}\n`
      : '',
  }),
};
const connection = {
  files: { workloads: () => ({ web: PODS }), spec: () => ({ lab: 'demo' }) },
  kube: { pods: async () => live },
  node: () => node,
} as unknown as KubernetesConnection;

test('pods are told in the lab’s order, as on netns, and not node by node', async () => {
  const told = await labPods(connection);
  expect(told.map(({ name, node }) => `${name} ${node}`)).toEqual(
    PODS.map(({ name, node }) => `${name} ${node}`),
  );
});
