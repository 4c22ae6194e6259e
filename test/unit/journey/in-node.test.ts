// A packet of a pod in its node's network is sent by that node.
import { expect, test } from 'vitest';
import type { PodStatus } from '../../../infra/backends/backend.ts';
import { attachedPods, senderOf } from '../../../infra/journey/in-node.ts';

const pods = [
  { name: 'web', node: 'n1' },
  { name: 'proxy', node: 'n2', hostNetwork: true },
] as unknown as readonly PodStatus[];

test('pods in their node’s network are their node, others are themselves', () => {
  expect(['web', 'proxy', 'n1'].map((name) => senderOf(name, pods))).toEqual(['web', 'n2', 'n1']);
  expect(attachedPods(pods).map(({ name }) => name)).toEqual(['web']);
});
