// What a workload becomes: these objects are what a server-side apply and @pulumi/kubernetes are given.
import type { types } from '@pulumi/kubernetes';
import { describe, expect, it } from 'vitest';
import {
  namespaceObject,
  type ObjectSettings,
  workloadObjects,
} from '../../../../infra/backends/kubernetes/workload-objects.ts';
import type { LabPod, LabWorkload } from '../../../../infra/lab/lab.ts';

const settings: ObjectSettings = {
  lab: 'kindnet',
  namespace: 'cnilab-kindnet',
  podImage: 'busybox:1.37',
  realNode: (node) => `real-${node}`,
};
const pod = (name: string, node: string, more: Partial<LabPod> = {}): LabPod => ({
  name,
  node,
  address: '10.244.0.2',
  annotations: {},
  ports: [],
  containers: [{ name: 'main', command: ['sleep', 'infinity'] }],
  ...more,
});
const deployment = (...pods: readonly LabPod[]): LabWorkload => ({ name: 'web', kind: 'deployment', pods });
const deployments = (workload: LabWorkload) =>
  workloadObjects(workload, settings).filter((object) => object.kind === 'Deployment');

describe('a deployment', () => {
  it('on one node is one Deployment of its name', () => {
    expect(
      workloadObjects(deployment(pod('web-1', 'a'), pod('web-2', 'a')), settings),
    ).toMatchInlineSnapshot(`
      [
        {
          "apiVersion": "apps/v1",
          "kind": "Deployment",
          "metadata": {
            "labels": {
              "app.kubernetes.io/managed-by": "cnilab",
              "cnilab.io/lab": "kindnet",
              "cnilab.io/node": "a",
              "cnilab.io/workload": "web",
            },
            "name": "web",
            "namespace": "cnilab-kindnet",
          },
          "spec": {
            "replicas": 2,
            "selector": {
              "matchLabels": {
                "app.kubernetes.io/managed-by": "cnilab",
                "cnilab.io/lab": "kindnet",
                "cnilab.io/node": "a",
                "cnilab.io/workload": "web",
              },
            },
            "strategy": {
              "type": "Recreate",
            },
            "template": {
              "metadata": {
                "annotations": {},
                "labels": {
                  "app.kubernetes.io/managed-by": "cnilab",
                  "cnilab.io/lab": "kindnet",
                  "cnilab.io/node": "a",
                  "cnilab.io/workload": "web",
                },
              },
              "spec": {
                "automountServiceAccountToken": false,
                "containers": [
                  {
                    "command": [
                      "sleep",
                      "infinity",
                    ],
                    "image": "busybox:1.37",
                    "imagePullPolicy": "IfNotPresent",
                    "name": "main",
                  },
                ],
                "enableServiceLinks": false,
                "nodeSelector": {
                  "kubernetes.io/hostname": "real-a",
                },
                "terminationGracePeriodSeconds": 0,
                "tolerations": [
                  {
                    "operator": "Exists",
                  },
                ],
              },
            },
          },
        },
      ]
    `);
  });

  it('on several nodes is one for each, with its replicas there', () => {
    const objects = deployments(deployment(pod('web-1', 'b'), pod('web-2', 'a'), pod('web-3', 'b')));
    expect(
      objects.map(({ metadata, spec }) => [
        metadata.name.replace(/-[0-9a-f]{6}$/, ''),
        spec.replicas,
        spec.template.spec.nodeSelector['kubernetes.io/hostname'],
      ]),
    ).toEqual([
      ['web-b', 2, 'real-b'],
      ['web-a', 1, 'real-a'],
    ]);
    for (const { spec } of objects) expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
  });

  it('that nobody wants is none', () => {
    expect(workloadObjects(deployment(), settings)).toEqual([]);
  });
});

describe('a pod', () => {
  it('has the ports, annotations and containers that the lab says', () => {
    const wanted = pod('shared', 'a', {
      annotations: { 'kubernetes.io/egress-bandwidth': '8M' },
      ports: [
        { containerPort: 80, hostPort: 8080, protocol: 'tcp' },
        { containerPort: 53, hostPort: 5353, protocol: 'udp' },
      ],
      containers: [
        { name: 'one', command: ['httpd', '-f'] },
        { name: 'two', command: ['sleep', 'infinity'] },
      ],
    });
    const [object] = workloadObjects({ name: 'shared', kind: 'pod', pods: [wanted] }, settings);
    expect(object).toMatchInlineSnapshot(`
      {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
          "annotations": {
            "kubernetes.io/egress-bandwidth": "8M",
          },
          "labels": {
            "app.kubernetes.io/managed-by": "cnilab",
            "cnilab.io/lab": "kindnet",
            "cnilab.io/node": "a",
            "cnilab.io/workload": "shared",
          },
          "name": "shared",
          "namespace": "cnilab-kindnet",
        },
        "spec": {
          "automountServiceAccountToken": false,
          "containers": [
            {
              "command": [
                "httpd",
                "-f",
              ],
              "image": "busybox:1.37",
              "imagePullPolicy": "IfNotPresent",
              "name": "one",
              "ports": [
                {
                  "containerPort": 80,
                  "hostPort": 8080,
                  "protocol": "TCP",
                },
                {
                  "containerPort": 53,
                  "hostPort": 5353,
                  "protocol": "UDP",
                },
              ],
            },
            {
              "command": [
                "sleep",
                "infinity",
              ],
              "image": "busybox:1.37",
              "imagePullPolicy": "IfNotPresent",
              "name": "two",
            },
          ],
          "enableServiceLinks": false,
          "nodeSelector": {
            "kubernetes.io/hostname": "real-a",
          },
          "terminationGracePeriodSeconds": 0,
          "tolerations": [
            {
              "operator": "Exists",
            },
          ],
        },
      }
    `);
  });

  it('with two host ports for one of its own is refused, as the API would', () => {
    const ports = [8080, 8081].map((hostPort) => ({ containerPort: 80, hostPort, protocol: 'tcp' as const }));
    expect(() => workloadObjects(deployment(pod('web-1', 'a', { ports })), settings)).toThrow(
      'Kubernetes leads one host port to port 80/tcp of pod web-1, not both 8080 and 8081: leave one of them out of the lab',
    );
  });

  it('on a node that the cluster does not have is refused by whoever knows the nodes', () => {
    const realNode = (node: string): string => {
      throw new Error(`there is no node ${node}`);
    };
    expect(() => workloadObjects(deployment(pod('web-1', 'a')), { ...settings, realNode })).toThrow(
      'there is no node a',
    );
  });
});

it('shares nothing with the lab, which others may hold', () => {
  const wanted = pod('web-1', 'a', { annotations: { a: '1' } });
  const [object] = deployments(deployment(wanted));
  if (object) object.spec.template.metadata.annotations.a = '2';
  expect(wanted.annotations).toEqual({ a: '1' });
});

it("the lab's own namespace lets pods have host ports", () => {
  expect(namespaceObject(settings)).toMatchInlineSnapshot(`
    {
      "apiVersion": "v1",
      "kind": "Namespace",
      "metadata": {
        "labels": {
          "app.kubernetes.io/managed-by": "cnilab",
          "cnilab.io/lab": "kindnet",
          "pod-security.kubernetes.io/enforce": "privileged",
        },
        "name": "cnilab-kindnet",
      },
    }
  `);
});

it('is plain JSON, and what @pulumi/kubernetes takes', () => {
  const workload = deployment(pod('web-1', 'a'));
  const objects: readonly PulumiInput[] = [
    namespaceObject(settings),
    ...workloadObjects(workload, settings),
    ...workloadObjects({ ...workload, kind: 'pod' }, settings),
  ];
  expect(JSON.parse(JSON.stringify(objects))).toEqual(objects);
});

type PulumiInput = types.input.core.v1.Namespace | types.input.core.v1.Pod | types.input.apps.v1.Deployment;
