import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../../infra/backends/kubernetes/kube-object.ts';
import { whatIsUnready } from '../../../../../infra/backends/kubernetes/network/readiness.ts';
import { untilReady } from '../../../../../infra/backends/kubernetes/network/until-ready.ts';
import { network, nodeObject, podObject, READY_POD, REAL_NAMES, standInTask } from './stand-in-cluster.ts';

const daemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'ds', namespace: 'kube-system' },
};
const [n1, n2] = [
  nodeObject('lab-control-plane', '10.244.0.0/24', '172.18.0.2'),
  nodeObject('lab-worker', '10.244.1.0/24', '172.18.0.3'),
];
const waiting = (reason: string, more: object = {}) => ({
  conditions: [{ type: 'Ready', status: 'False' }],
  initContainerStatuses: [
    { name: 'install', image: 'reg/flannel:9', state: { waiting: { reason, ...more } } },
  ],
});
const unready = (nodes: readonly KubeObject[], pods: readonly KubeObject[], awaitNodes = true) =>
  whatIsUnready(REAL_NAMES, { nodes: awaitNodes, daemonSet }, nodes, pods);

describe('what is not ready', () => {
  it('is nothing when nodes and their pods are, whatever else is not', () => {
    const pods = [
      podObject('lab-worker', 'other', waiting('ErrImagePull')),
      podObject('lab-control-plane', 'ds', READY_POD),
      podObject('lab-worker', 'ds', READY_POD),
    ];
    expect(unready([n1, n2], pods)).toEqual({ problems: [], hopeless: false });
  });

  it('says why a node is not', () => {
    const pods = [podObject('lab-control-plane', 'ds', READY_POD), podObject('lab-worker', 'ds', READY_POD)];
    const bad = nodeObject('lab-worker', '10.244.1.0/24', '172.18.0.3', false);
    expect(unready([n1, bad], pods).problems).toEqual([
      { node: 'n2', what: 'not ready: cni plugin not initialized' },
    ]);
    expect(unready([n1], pods).problems).toEqual([
      { node: 'n2', what: 'Kubernetes does not know the node (lab-worker)' },
    ]);
    expect(unready([n1, bad], pods, false).problems).toEqual([]);
  });

  it.each([
    [
      waiting('ImagePullBackOff', { message: 'Back-off pulling image: no such host' }),
      'image reg/flannel:9 cannot be pulled: Back-off pulling image: no such host',
    ],
    [waiting('PodInitializing'), 'the pod of DaemonSet kube-system/ds is starting'],
    [waiting('CreateContainerError', { message: 'no sh' }), 'container install does not start: no sh'],
    [
      {
        containerStatuses: [
          {
            name: 'kube-flannel',
            image: 'x',
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
            lastState: { terminated: { exitCode: 1, message: 'no iptables\n' } },
          },
        ],
      },
      'container kube-flannel ends again and again, last with exit status 1: no iptables',
    ],
    [
      { conditions: [{ type: 'PodScheduled', status: 'False', message: 'Insufficient cpu' }] },
      'the pod of DaemonSet kube-system/ds cannot be placed: Insufficient cpu',
    ],
  ])('says why a pod is not', (status, why) => {
    const pods = [podObject('lab-control-plane', 'ds', READY_POD), podObject('lab-worker', 'ds', status)];
    expect(unready([n1, n2], pods).problems).toEqual([{ node: 'n2', what: why }]);
  });

  it('says that a node has no pod at all', () => {
    const pods = [podObject('lab-control-plane', 'ds', READY_POD)];
    expect(unready([n1, n2], pods).problems).toEqual([
      { node: 'n2', what: 'DaemonSet kube-system/ds has no pod there yet' },
    ]);
  });
});

describe('waiting until all is ready', () => {
  const awaited = { nodes: true, daemonSet };

  it('ends with the change that makes it so, having said what it waits for', async () => {
    const { task, kube, said } = standInTask(network('flannel'));
    const waits = untilReady(task, awaited);
    kube.put(
      podObject('lab-control-plane', 'ds', waiting('PodInitializing')),
      podObject('lab-worker', 'ds', READY_POD),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    kube.put(n1, n2, podObject('lab-control-plane', 'ds', READY_POD));
    await waits;
    expect(said).toContain('node n1: the pod of DaemonSet kube-system/ds is starting (and 1 more)');
  });

  it('ends after its time with all that is not', async () => {
    const { task, kube } = standInTask(network('flannel'));
    kube.put(podObject('lab-worker', 'ds', waiting('ErrImagePull', { message: 'no route to host' })));
    await expect(untilReady(task, awaited, 100)).rejects.toThrow(
      'the flannel network is not ready after 0.1 s:\n' +
        'node n1: DaemonSet kube-system/ds has no pod there yet\n' +
        'node n2: image reg/flannel:9 cannot be pulled: no route to host',
    );
  });

  it('does not wait for what cannot come', async () => {
    const { task, kube } = standInTask(network('flannel'));
    kube.put(
      n1,
      n2,
      podObject('lab-worker', 'ds', waiting('InvalidImageName', { message: 'bad reference' })),
    );
    await expect(untilReady(task, awaited)).rejects.toThrow(
      'is not ready:\nnode n1: DaemonSet kube-system/ds has no pod there yet\nnode n2: image reg/flannel:9 cannot be pulled: bad reference',
    );
  });

  it('ends with its caller, and when the API is gone', async () => {
    const { task, kube } = standInTask(network('flannel'));
    const stop = new AbortController();
    const waits = untilReady({ ...task, op: { signal: stop.signal } }, awaited);
    stop.abort(new Error('enough'));
    await expect(waits).rejects.toThrow('enough');
    kube.watch = async () => {
      throw new Error('connection refused');
    };
    await expect(untilReady(task, awaited)).rejects.toThrow('connection refused');
  });
});
