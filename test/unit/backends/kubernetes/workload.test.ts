// What is done to the pods of a workload, and what is left alone. The cluster is a stand-in that keeps account.
import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import type { Operation, PodStatus } from '../../../../infra/backends/backend.ts';
import {
  applyWorkload,
  deleteWorkload,
  workloadDrift,
} from '../../../../infra/backends/kubernetes/workload.ts';
import type { LabPod } from '../../../../infra/lab/lab.ts';
import { StandInConnection } from '../../../support/stand-in-connection.ts';

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

/** One that is not only ours; nothing is said of IPv6 there. */
const clusterOf = (makesObjects: boolean) => {
  const options = { makesObjects, ownsCluster: false, live: [LIVE], wired: '@ 7\n10.244.0.2/24 on eth0\n' };
  const cluster = new StandInConnection(options);
  cluster.statuses = [STATUS];
  return cluster;
};

test('a pod whose making was cut short has not drifted: nothing of it is on record', async () => {
  const cluster = clusterOf(true);
  const drift = () => workloadDrift(cluster.connection, 'web', ASLEEP, op);
  cluster.workloads = { web: ASLEEP };
  await expect(drift()).resolves.toEqual([]);
  cluster.wiring = { web: ['10.244.0.9/24 on eth0'] };
  await expect(drift()).resolves.toEqual([
    { object: 'web', what: '10.244.0.9/24 on eth0 is missing' },
    { object: 'web', what: '10.244.0.2/24 on eth0 was not there before' },
  ]);
});

test('one that does not run is told', async () => {
  const cluster = clusterOf(true);
  cluster.workloads = { web: ASLEEP };
  cluster.statuses = [];
  await expect(workloadDrift(cluster.connection, 'web', ASLEEP, op)).resolves.toEqual([
    { object: 'web', what: 'does not run' },
  ]);
});

test('a bare pod that is to be another is made anew, since none can be changed; one that stays is left alone', async () => {
  const cluster = clusterOf(true);
  const made = ['apply Namespace cnilab-blue', 'apply Pod web'];
  await applyWorkload(cluster.connection, 'web', ASLEEP, op);
  await applyWorkload(cluster.connection, 'web', ASLEEP, op);
  expect(cluster.changes).toEqual([...made, ...made]);
  await applyWorkload(cluster.connection, 'web', bare(['sleep', '2']), op);
  expect(cluster.changes.slice(4)).toEqual(['delete Pod web', ...made]);
});

test('of Pulumi’s objects only those that are gone are made: its plugin does not see it without a refresh', async () => {
  const cluster = clusterOf(false);
  await applyWorkload(cluster.connection, 'web', ASLEEP, op);
  const made = ['apply Namespace cnilab-blue', 'apply Pod web'];
  expect(cluster.changes).toEqual(made);
  cluster.there = ['cnilab-blue', 'web'];
  await applyWorkload(cluster.connection, 'web', ASLEEP, op);
  await deleteWorkload(cluster.connection, 'web', op);
  expect(cluster.changes).toEqual([...made]);
});

test('what has drifted goes, and only then comes anew', async () => {
  const cluster = clusterOf(true);
  cluster.workloads = { web: ASLEEP };
  cluster.wiring = { web: ['route default is another'] };
  await applyWorkload(cluster.connection, 'web', ASLEEP, op);
  expect(cluster.changes).toEqual(['remove Pod web', 'apply Namespace cnilab-blue', 'apply Pod web']);
});
