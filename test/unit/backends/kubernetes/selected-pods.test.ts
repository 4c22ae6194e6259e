// Pods that run already: which of them get a lab's names, and what is said when there are too few.
import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import {
  missingPods,
  nameSelectedPods,
  selectorText,
} from '../../../../infra/backends/kubernetes/selected-pods.ts';
import { workloadObjects } from '../../../../infra/backends/kubernetes/workload-objects.ts';
import { selectorProblem } from '../../../../infra/backends/selector-problem.ts';
import { withMadePods } from '../../../../infra/faults/made-pods.ts';
import type { LabPod } from '../../../../infra/lab/lab.ts';
import type { LabSnapshot } from '../../../../infra/observe/snapshot.ts';

const selector = { namespace: 'kube-system', matchLabels: { 'k8s-app': 'kube-dns', tier: '' } };
const wanted = (name: string, node: string): LabPod => {
  return { name, node, annotations: {}, ports: [], containers: [], selector };
};
const live = (
  name: string,
  nodeName: string | undefined,
  podIP?: string,
  more: Partial<V1Pod> = {},
): V1Pod => ({
  metadata: { name, ...more.metadata },
  spec: { containers: [], ...(nodeName && { nodeName }) },
  status: { phase: 'Running', ...(podIP && { podIP }), ...more.status },
});
const real = (node: string) => `ex-${node}`;
const terminating = { metadata: { deletionTimestamp: new Date() } };
const named = (pods: readonly LabPod[], found: readonly V1Pod[]) => {
  const { live, missing } = nameSelectedPods(pods, found, real);
  return { ...Object.fromEntries([...live].map(([name, pod]) => [name, pod.metadata?.name])), missing };
};

describe('names', () => {
  it('go to the lowest addresses of each node; others that match may be there', () => {
    const found = [
      live('x', 'ex-a', '10.244.0.10'),
      live('y', 'ex-a', '10.244.0.9'),
      live('z', 'ex-a', '10.244.0.11'),
      live('w', 'ex-b', '10.244.1.2'),
      live('elsewhere', 'ex-c', '10.244.2.2'),
    ];
    const three = [wanted('dns-1', 'b'), wanted('dns-2', 'a'), wanted('dns-3', 'a')];
    expect(named(three, found)).toEqual({ 'dns-1': 'w', 'dns-2': 'y', 'dns-3': 'x', missing: [] });
  });

  it('pass over pods that end, and those without an address', () => {
    const found = [live('ends', 'ex-a', '10.244.0.2', terminating), live('new', 'ex-a')];
    expect(named([wanted('dns', 'a')], found)).toEqual({ missing: ['dns'] });
  });
});

describe('too few', () => {
  const two = [wanted('dns-1', 'a'), wanted('dns-2', 'a'), wanted('dns-3', 'b')];

  it('is told at once, with what there is', () => {
    const found = [live('x', 'ex-a', '10.244.0.2'), live('y', 'ex-c', '10.244.2.2')];
    expect(missingPods('dns', two, found, real)).toMatchInlineSnapshot(`
      "too few pods of namespace kube-system have k8s-app=kube-dns,tier=, by which dns names them
      on node a (ex-a): 2 named, 1 there
      on node b (ex-b): 1 named, 0 there
      there are x on ex-a, y on ex-c: say so in nodes and replicas of the lab file"
    `);
  });

  it('or that there is nothing', () => {
    expect(missingPods('dns', two.slice(2), [], (node) => node)).toMatchInlineSnapshot(`
      "too few pods of namespace kube-system have k8s-app=kube-dns,tier=, by which dns names them
      on node b: 1 named, 0 there
      no pod of that namespace has these labels: kubectl -n kube-system get pods --show-labels says which there are"
    `);
  });

  it('is not said of pods that are about to come, or to be replaced', () => {
    const coming = [
      live('x', 'ex-a', undefined),
      live('y', 'ex-a', '10.244.0.3', terminating),
      live('z', undefined),
    ];
    expect(missingPods('dns', two, coming, real)).toBeUndefined();
    const evicted = coming.with(0, live('x', 'ex-a', '10.244.0.2', { status: { phase: 'Failed' } }));
    expect(missingPods('dns', two, evicted, real)).toContain('on node a (ex-a): 2 named, 1 there');
  });
});

it('the API is asked for all of the labels', () => {
  expect(selectorText(selector)).toBe('k8s-app=kube-dns,tier=');
});

const workload = { name: 'dns', kind: 'selected' as const, pods: [wanted('dns-1', 'a')] };

it('no object is made for them', () => {
  const settings = { lab: 'l', namespace: 'n', podImage: 'i', realNode: real };
  expect(workloadObjects(workload, settings)).toEqual([]);
});

it('a backend that is not Kubernetes has none', () => {
  expect(selectorProblem('netns', [{ ...workload, kind: 'pod' }])).toBeUndefined();
  expect(selectorProblem('netns', [workload])).toMatchInlineSnapshot(`
    "workload dns names pods that run already (selector), and netns has none: it is no Kubernetes cluster
    bring the lab up on one that is: npm run up -- <lab> --backend existing"
  `);
});

it('are not what faults break', () => {
  const pods = [{ name: 'dns-1' }, { name: 'web-1' }] as unknown as LabSnapshot['pods'];
  const snapshot = { pods } as LabSnapshot;
  const web = { name: 'web', kind: 'deployment', pods: [{ name: 'web-1' }] } as unknown as typeof workload;
  expect(withMadePods(snapshot, { workloads: [workload, web] }).pods.map(({ name }) => name)).toEqual([
    'web-1',
  ]);
});
