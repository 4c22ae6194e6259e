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
import { StandInConnection } from '../../../support/stand-in-connection.ts';

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
let cluster: StandInConnection;
let connection: KubernetesConnection;
beforeEach(() => {
  // One of ours, so that everything is done that is ever done to pods.
  const ours = { makesObjects: true, ownsCluster: true };
  cluster = new StandInConnection({ ...ours, live: [running('a')], wired: '@ 7\n10.244.0.3/24 on eth0\n' });
  cluster.statuses = [status('dns', 'a')];
  connection = cluster.connection;
});

test('they are looked for, and are what is there', async () => {
  await expect(applyWorkload(connection, 'dns', DNS, op)).resolves.toEqual(cluster.statuses);
  expect(cluster.changes).toEqual([]);
  expect(new Set(cluster.asked)).toEqual(new Set(['kube-system k8s-app=kube-dns']));
  expect(cluster.wiring).toEqual({ dns: ['10.244.0.3/24 on eth0'] });
});

test('others in their place are told of, and are what is there then', async () => {
  cluster.workloads = { dns: DNS };
  cluster.wiring = { dns: ['10.244.0.9/24 on eth0'] };
  await expect(workloadDrift(connection, 'dns', DNS, op)).resolves.toHaveLength(2);
  await applyWorkload(connection, 'dns', DNS, op);
  expect(cluster.changes).toEqual([]);
  expect(new Set(cluster.asked)).toEqual(new Set(['kube-system k8s-app=kube-dns']));
  await expect(workloadDrift(connection, 'dns', DNS, op)).resolves.toEqual([]);
});

test('those that are gone are told of', async () => {
  cluster.workloads = { dns: DNS };
  cluster.statuses = [];
  await expect(workloadDrift(connection, 'dns', DNS, op)).resolves.toEqual([
    { object: 'dns', what: 'does not run' },
  ]);
  cluster.live = [];
  await expect(applyWorkload(connection, 'dns', DNS, op)).rejects.toThrow(
    'too few pods of namespace kube-system',
  );
  expect(cluster.changes).toEqual([]);
});

test('those that were restarted or replaced are asked for where they are', async () => {
  cluster.workloads = { web: WEB, dns: DNS };
  await expect(deadPods(connection, cluster.statuses)).resolves.toEqual([]);
  cluster.live = [running('b')];
  await expect(deadPods(connection, cluster.statuses)).resolves.toEqual(['dns']);
  expect(new Set(cluster.asked)).toEqual(new Set(['kube-system k8s-app=kube-dns']));
});

test('they are let go, and what was made goes', async () => {
  cluster.workloads = { web: WEB, dns: DNS };
  await deleteWorkload(connection, 'dns', op);
  expect(cluster.changes).toEqual([]);
  cluster.workloads = { web: WEB, dns: DNS };
  await deleteWorkload(connection, 'web', op);
  expect(cluster.changes).toEqual(['delete Pod web']);
});

test('a workload that was made and now only names pods takes its own away', async () => {
  cluster.workloads = { dns: WEB.map((one) => ({ ...one, name: 'dns' })) };
  cluster.wiring = { dns: ['10.244.0.9/24 on eth0'] };
  await applyWorkload(connection, 'dns', DNS, op);
  expect(cluster.changes).toEqual(['delete Pod dns']);
});

test('nobody has two names', async () => {
  cluster.statuses = [status('dns', 'a'), status('other', 'a')];
  await expect(applyWorkload(connection, 'dns', DNS, op)).rejects.toThrow(
    'dns and other are the same pod: the selectors of their workloads match it both',
  );
});
