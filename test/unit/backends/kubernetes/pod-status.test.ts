// What is told of a pod that runs: also of those that are not like others, static ones and those in their node's network.
import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { podStatus } from '../../../../infra/backends/kubernetes/pod-status.ts';

const where = { name: 'api', node: 'n1' };
const runtime = {
  source: 'crictl' as const,
  sandboxes: [{ id: 's1', podUid: 'hash', pid: 5 }],
  containers: [],
} as unknown as Parameters<typeof podStatus>[2];
const pod = (metadata: V1Pod['metadata'], hostNetwork?: boolean): V1Pod => ({
  metadata: metadata ?? {},
  spec: { containers: [], ...(hostNetwork && { hostNetwork }) },
  status: { podIPs: [{ ip: '192.168.49.2' }] },
});

test('a static pod is found by the UID that the kubelet has given it, and not by its mirror’s', () => {
  const mirror = pod({ uid: 'mirror', annotations: { 'kubernetes.io/config.hash': 'hash' } }, true);
  expect(podStatus(where, mirror, runtime, new Map())).toEqual({
    ...where,
    ...{ address: '192.168.49.2', containerId: 's1', pid: 5, hostVeth: '', mac: '', containers: [] },
    hostNetwork: true,
  });
});

test('a pod with a network of its own does not say that it is in its node’s', () => {
  expect(podStatus(where, pod({ uid: 'hash' }), runtime, new Map())).not.toHaveProperty('hostNetwork');
});
