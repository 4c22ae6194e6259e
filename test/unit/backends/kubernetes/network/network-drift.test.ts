// Drift of a network: a real kernel's tables, in namespaces of the test's own, and a stand-in for the API.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KubeObject } from '../../../../../infra/backends/kubernetes/kube-object.ts';
import { clusterPlans } from '../../../../../infra/backends/kubernetes/network/cluster-plan.ts';
import { daemonObjects } from '../../../../../infra/backends/kubernetes/network/daemon-objects.ts';
import { networkDrift } from '../../../../../infra/backends/kubernetes/network/network-drift.ts';
import { standingNodes } from '../../../../../infra/backends/kubernetes/network/standing-nodes.ts';
import { applyScript } from '../../../../../infra/backends/netns/network/apply-script.ts';
import type { LabNetwork } from '../../../../../infra/lab/lab.ts';
import { type PrivateHost, privateHost } from '../../../../support/private-host.ts';
import { network, nodeObject, podObject, READY_POD, standInTask } from './stand-in-cluster.ts';

let node: PrivateHost;
beforeAll(async () => {
  node = await privateHost('n1');
  await sh(`ip link add uplink0 type veth peer name far && ip address add 172.18.0.2/16 dev uplink0
    ip link set uplink0 up; ip link set far up`);
});
afterAll(() => node?.close());

const sh = (script: string) => node.host.run(['sh', '-c', script]);

/** A node of which everything is as it is to be; the other node is none of the task's hosts. */
async function upright(wanted: LabNetwork) {
  const { task: both, kube } = standInTask(wanted);
  const task = { ...both, host: () => node.host };
  const lease = (mac: string) => ({
    'flannel.alpha.coreos.com/backend-data': JSON.stringify({ VNI: 1, VtepMAC: mac }),
  });
  const [n1, n2] = [
    nodeObject('lab-control-plane', '10.244.0.0/24', '172.18.0.2'),
    nodeObject('lab-worker', '10.244.1.0/24', '172.18.0.3'),
  ];
  const annotated = (object: KubeObject, mac: string) => ({
    ...object,
    metadata: { ...object.metadata, annotations: lease(mac) },
  });
  kube.put(annotated(n1, '02:00:00:00:00:01'), annotated(n2, '02:00:00:00:00:02'));
  const objects = await daemonObjects(task);
  kube.put(...objects);
  const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet')?.metadata.name ?? '';
  kube.put(
    podObject('lab-control-plane', daemonSet, READY_POD),
    podObject('lab-worker', daemonSet, READY_POD),
  );
  const [plan] = clusterPlans(task, await standingNodes(task));
  if (!plan) throw new Error('no plan');
  await sh(applyScript(plan, undefined).replaceAll('dev eth0', 'dev uplink0'));
  await node.host.write([...plan.files, ...plan.lastFiles]);
  /** Of the first node and of objects; plugins are the machine's own, and not recorded. */
  const drift = async () =>
    (await networkDrift(task))
      .filter(({ object, what }) => object !== 'n2' && !what.startsWith('calls of'))
      .map(({ object, what }) => `${object}: ${what}`);
  return { kube, plan, drift };
}

it('is told of flannel: VTEPs, files, objects', async () => {
  const { kube, drift } = await upright(network('flannel'));
  expect(await drift()).toEqual([]);
  await sh(`ip neigh del 10.244.1.0 dev flannel.1; bridge fdb del 02:00:00:00:00:02 dev flannel.1
    ip route del 10.244.1.0/24; echo > /etc/cni/net.d/10-flannel.conflist; echo > /etc/cni/net.d/00-other.conf
    echo > /etc/cni/net.d/on-its-way.temp`);
  expect(await drift()).toEqual([
    'n1: file /etc/cni/net.d/10-flannel.conflist was changed',
    'n1: neighbour 10.244.1.0 lladdr 02:00:00:00:00:02 dev flannel.1 is missing',
    'n1: FDB entry 02:00:00:00:00:02 dev flannel.1 dst 172.18.0.3 is missing',
    'n1: route 10.244.1.0/24 via 10.244.1.0 dev flannel.1 is missing',
    'n1: file /etc/cni/net.d/00-other.conf is not of the lab',
  ]);
  kube.objects.delete('ConfigMap kube-flannel/kube-flannel-cfg');
  kube.put({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-flannel-ds', namespace: 'kube-flannel', labels: { tier: 'node' } },
  });
  const objects = (await drift()).filter((line) => !line.startsWith('n1'));
  expect(objects).toEqual([
    'ConfigMap kube-flannel/kube-flannel-cfg: is missing',
    'DaemonSet kube-flannel/kube-flannel-ds: was changed: metadata.labels.app',
  ]);
  await sh('rm -rf /etc/cni/net.d/*; ip link del flannel.1; rm -rf /run/flannel');
});

it('is told of kindnet: routes, and its configuration by what it says', async () => {
  const { kube, plan, drift } = await upright(network('kindnet'));
  const conflist = '/etc/cni/net.d/10-kindnet.conflist';
  const own = plan.files.find(({ path }) => path === conflist)?.content ?? '';
  // As kindnetd lays it out.
  await node.host.write([{ path: conflist, content: JSON.stringify(JSON.parse(own), null, '\t') }]);
  expect(await drift()).toEqual([]);
  await node.host.write([{ path: conflist, content: own.replace('kindnet', 'other') }]);
  await sh('ip route del 10.244.1.0/24');
  const down = { conditions: [{ type: 'Ready', status: 'False' }], containerStatuses: [] };
  kube.put(podObject('lab-control-plane', 'kindnet', down));
  expect(await drift()).toEqual([
    'n1: the pod of DaemonSet kube-system/kindnet is starting',
    `n1: file ${conflist} was changed`,
    'n1: route 10.244.1.0/24 via 172.18.0.3 dev uplink0 is missing',
  ]);
});
