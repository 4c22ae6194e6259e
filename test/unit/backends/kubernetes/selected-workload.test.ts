// Whatever becomes of pods that a lab only names, it makes none, changes none and deletes none.
import type { V1Pod } from '@kubernetes/client-node';
import { beforeEach, expect, test } from 'vitest';
import type { Operation, PodStatus } from '../../../../infra/backends/backend.ts';
import type { KubernetesConnection } from '../../../../infra/backends/kubernetes/connection.ts';
import {
  applyWorkload,
  deadPods,
  deleteWorkload,
  workloadDrift,
} from '../../../../infra/backends/kubernetes/workload.ts';
import type { LabPod } from '../../../../infra/lab/lab.ts';

const selector = { namespace: 'kube-system', matchLabels: { 'k8s-app': 'kube-dns' } };
const pod = (name: string, more: Partial<LabPod> = {}): LabPod => {
  return { name, node: 'n1', annotations: {}, ports: [], containers: [], ...more };
};
const DNS = [pod('dns', { selector })];
const WEB = [pod('web', { address: '10.244.0.2', containers: [{ name: 'main', command: ['sleep', '1'] }] })];
const status = (name: string, id: string): PodStatus => ({
  ...{
    name,
    node: 'n1',
    address: '10.244.0.3',
    containerId: `sandbox-${id}`,
    pid: 7,
    hostVeth: 'veth1',
    mac: '',
  },
  containers: [{ name: 'main', id, pid: 8 }],
});
const running = (id: string, nodeName = 'ex-n1'): V1Pod => ({
  metadata: { name: `coredns-${id}` },
  spec: { containers: [], nodeName },
  status: {
    ...{ phase: 'Running', podIP: '10.244.0.3' },
    containerStatuses: [
      { containerID: `containerd://${id}`, state: { running: {} } } as NonNullable<
        NonNullable<V1Pod['status']>['containerStatuses']
      >[number],
    ],
  },
});

const op: Operation = { signal: new AbortController().signal };
let changes: string[];
let asked: string[];
let workloads: Record<string, readonly LabPod[]>;
let wiring: Record<string, readonly string[]>;
let live: readonly V1Pod[];
let statuses: readonly PodStatus[];
beforeEach(() => {
  changes = [];
  asked = [];
  workloads = {};
  wiring = {};
  live = [running('a')];
  statuses = [status('dns', 'a')];
});

/** A cluster of ours, so that everything is done that is ever done to pods. */
const connection = {
  makesObjects: true,
  namespace: 'cnilab-blue',
  tool: { ownsCluster: true },
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
    async pods(namespace: string, labels: string) {
      asked.push(`${namespace} ${labels}`);
      return live;
    },
    async untilPods(namespace: string, labels: string, done: (pods: readonly V1Pod[]) => boolean) {
      asked.push(`${namespace} ${labels}`);
      if (!done(live)) throw new Error('waits for ever');
    },
    async delete(
      objects: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[],
    ) {
      changes.push(...objects.map(({ kind, metadata }) => `delete ${kind} ${metadata.name}`));
    },
    async apply(objects: readonly { readonly kind: string }[]) {
      changes.push(...objects.map(({ kind }) => `apply ${kind}`));
    },
  },
  realNode: (node: string) => `ex-${node}`,
  pods: async () => statuses,
  node: () => ({
    async run(argv: readonly string[]) {
      if (argv.includes('quiet')) changes.push('no IPv6');
      return { exitCode: 0, stdout: '@ 7\n10.244.0.3/24 on eth0\n', stderr: '' };
    },
  }),
} as unknown as KubernetesConnection;

test('they are looked for, and are what is there', async () => {
  await expect(applyWorkload(connection, 'dns', DNS, op)).resolves.toEqual(statuses);
  expect(changes).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(['kube-system k8s-app=kube-dns']));
  expect(wiring).toEqual({ dns: ['10.244.0.3/24 on eth0'] });
});

test('others in their place are told of, and are what is there then', async () => {
  workloads = { dns: DNS };
  wiring = { dns: ['10.244.0.9/24 on eth0'] };
  await expect(workloadDrift(connection, 'dns', DNS, op)).resolves.toHaveLength(2);
  await applyWorkload(connection, 'dns', DNS, op);
  expect(changes).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(['kube-system k8s-app=kube-dns']));
  await expect(workloadDrift(connection, 'dns', DNS, op)).resolves.toEqual([]);
});

test('those that are gone are told of', async () => {
  workloads = { dns: DNS };
  statuses = [];
  await expect(workloadDrift(connection, 'dns', DNS, op)).resolves.toEqual([
    { object: 'dns', what: 'does not run' },
  ]);
  live = [];
  await expect(applyWorkload(connection, 'dns', DNS, op)).rejects.toThrow(
    'too few pods of namespace kube-system',
  );
  expect(changes).toEqual([]);
});

test('those that were restarted or replaced are asked for where they are', async () => {
  workloads = { web: WEB, dns: DNS };
  await expect(deadPods(connection, statuses)).resolves.toEqual([]);
  live = [running('b')];
  await expect(deadPods(connection, statuses)).resolves.toEqual(['dns']);
  expect(new Set(asked)).toEqual(new Set(['kube-system k8s-app=kube-dns']));
});

test('they are let go, and what was made goes', async () => {
  workloads = { web: WEB, dns: DNS };
  await deleteWorkload(connection, 'dns', op);
  expect(changes).toEqual([]);
  workloads = { web: WEB, dns: DNS };
  await deleteWorkload(connection, 'web', op);
  expect(changes).toEqual(['delete Pod web']);
});

test('a workload that was made and now only names pods takes its own away', async () => {
  workloads = { dns: WEB.map((one) => ({ ...one, name: 'dns' })) };
  wiring = { dns: ['10.244.0.9/24 on eth0'] };
  await applyWorkload(connection, 'dns', DNS, op);
  expect(changes).toEqual(['delete Pod dns']);
});

test('nobody has two names', async () => {
  statuses = [status('dns', 'a'), status('other', 'a')];
  await expect(applyWorkload(connection, 'dns', DNS, op)).rejects.toThrow(
    'dns and other are the same pod: the selectors of their workloads match it both',
  );
});
