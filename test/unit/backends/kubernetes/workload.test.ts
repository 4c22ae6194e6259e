// What is done to the pods of a workload, and what is left alone. The cluster is a stand-in that keeps account.
import type { V1Pod } from '@kubernetes/client-node';
import { beforeEach, expect, test } from 'vitest';
import type { Operation, PodStatus } from '../../../../infra/backends/backend.ts';
import type { KubernetesConnection } from '../../../../infra/backends/kubernetes/connection.ts';
import type { KubeObject } from '../../../../infra/backends/kubernetes/kube-object.ts';
import {
  applyWorkload,
  deleteWorkload,
  workloadDrift,
} from '../../../../infra/backends/kubernetes/workload.ts';
import type { LabPod } from '../../../../infra/lab/lab.ts';

const op: Operation = { signal: new AbortController().signal };
const bare = (command: readonly string[]): readonly LabPod[] => [
  {
    ...{ name: 'web', node: 'n1', address: '10.244.0.2', annotations: {}, ports: [] },
    containers: [{ name: 'main', command }],
  },
];
const ASLEEP = bare(['sleep', '1']);
const STATUS: PodStatus = {
  ...{ name: 'web', node: 'n1', address: '10.244.0.2', containerId: 's', pid: 7, hostVeth: 'veth1', mac: '' },
  containers: [{ name: 'main', id: 'c', pid: 8 }],
};
const LIVE: V1Pod = {
  metadata: { name: 'web', uid: 'u', labels: { 'cnilab.io/workload': 'web', 'cnilab.io/node': 'n1' } },
  status: {
    ...{ phase: 'Running', podIP: '10.244.0.2' },
    containerStatuses: [
      { ready: true } as NonNullable<NonNullable<V1Pod['status']>['containerStatuses']>[number],
    ],
  },
};

let changes: string[];
let there: readonly KubeObject[];
let statuses: readonly PodStatus[];
let workloads: Record<string, readonly LabPod[]>;
let wiring: Record<string, readonly string[]>;
beforeEach(() => {
  changes = [];
  there = [];
  statuses = [STATUS];
  workloads = {};
  wiring = {};
});

const said = (verb: string, objects: readonly KubeObject[]) =>
  changes.push(...objects.map(({ kind, metadata }) => `${verb} ${kind} ${metadata.name}`));
const cluster = (makesObjects: boolean) =>
  ({
    makesObjects,
    namespace: 'cnilab-blue',
    tool: { ownsCluster: false },
    settings: {},
    files: {
      spec: () => ({ lab: 'demo', stack: 'blue' }),
      workloads: () => workloads,
      writeWorkload(name: string, pods: readonly LabPod[] | undefined) {
        const { [name]: _, ...others } = workloads;
        workloads = pods ? { ...others, [name]: pods } : others;
      },
      wiring: () => wiring,
      writeWiring: (_: string, now: typeof wiring = {}) => {
        wiring = now;
      },
    },
    kube: {
      pods: async () => [LIVE],
      get: async ({ metadata }: KubeObject) => there.find((one) => one.metadata.name === metadata.name),
      until: async () => undefined,
      untilPods: async (_: string, __: string, done: (pods: readonly V1Pod[]) => boolean) => {
        // Deleted ones are gone, others run.
        if (!done([LIVE]) && !done([])) throw new Error('waits for ever');
      },
      apply: async (objects: readonly KubeObject[]) => said('apply', objects),
      delete: async (objects: readonly KubeObject[]) => said('delete', objects),
      remove: async (objects: readonly KubeObject[]) => said('remove', objects),
    },
    realNode: (node: string) => `real-${node}`,
    pods: async () => statuses,
    node: () => ({ run: async () => ({ exitCode: 0, stdout: '@ 7\n10.244.0.2/24 on eth0\n', stderr: '' }) }),
  }) as unknown as KubernetesConnection;

test('a pod whose making was cut short has not drifted: nothing of it is on record', async () => {
  workloads = { web: ASLEEP };
  await expect(workloadDrift(cluster(true), 'web', ASLEEP, op)).resolves.toEqual([]);
  wiring = { web: ['10.244.0.9/24 on eth0'] };
  await expect(workloadDrift(cluster(true), 'web', ASLEEP, op)).resolves.toEqual([
    { object: 'web', what: '10.244.0.9/24 on eth0 is missing' },
    { object: 'web', what: '10.244.0.2/24 on eth0 was not there before' },
  ]);
});

test('one that does not run is told', async () => {
  statuses = [];
  await expect(workloadDrift(cluster(true), 'web', ASLEEP, op)).resolves.toEqual([
    { object: 'web', what: 'does not run' },
  ]);
});

test('a bare pod that is to be another is made anew, since none can be changed; one that stays is left alone', async () => {
  await applyWorkload(cluster(true), 'web', ASLEEP, op);
  expect(changes).toEqual(['apply Namespace cnilab-blue', 'apply Pod web']);
  changes = [];
  await applyWorkload(cluster(true), 'web', ASLEEP, op);
  expect(changes).toEqual(['apply Namespace cnilab-blue', 'apply Pod web']);
  changes = [];
  await applyWorkload(cluster(true), 'web', bare(['sleep', '2']), op);
  expect(changes).toEqual(['delete Pod web', 'apply Namespace cnilab-blue', 'apply Pod web']);
});

test('of Pulumi’s objects only those that are gone are made: its plugin does not see it without a refresh', async () => {
  await applyWorkload(cluster(false), 'web', ASLEEP, op);
  expect(changes).toEqual(['apply Namespace cnilab-blue', 'apply Pod web']);
  changes = [];
  there = ['Namespace cnilab-blue', 'Pod web'].map((title) => {
    const [kind = '', name = ''] = title.split(' ');
    return { apiVersion: 'v1', kind, metadata: { name } };
  });
  await applyWorkload(cluster(false), 'web', ASLEEP, op);
  await deleteWorkload(cluster(false), 'web', op);
  expect(changes).toEqual([]);
});

test('what has drifted is replaced', async () => {
  workloads = { web: ASLEEP };
  wiring = { web: ['route default is another'] };
  await applyWorkload(cluster(true), 'web', ASLEEP, op);
  expect(changes[0]).toBe('remove Pod web');
});
