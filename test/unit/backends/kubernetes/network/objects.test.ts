import { describe, expect, it } from 'vitest';
import { type KubeObject, objectTitle } from '../../../../../infra/backends/kubernetes/kube-object.ts';
import { firstDifference } from '../../../../../infra/backends/kubernetes/network/difference.ts';
import { flannelObjects } from '../../../../../infra/backends/kubernetes/network/flannel-objects.ts';
import {
  kindManifestObjects,
  kindnetObjects,
} from '../../../../../infra/backends/kubernetes/network/kindnet-objects.ts';
import { network } from './stand-in-cluster.ts';

const daemonSetOf = (objects: readonly KubeObject[]) =>
  JSON.parse(JSON.stringify(objects.find(({ kind }) => kind === 'DaemonSet'))).spec.template.spec;

describe("Flannel's objects", () => {
  const images = { daemon: 'flannel:1', plugin: 'plugin:2' };
  const objects = flannelObjects(network('flannel', { vni: 7, port: 4789, mtu: 1400 }), images);

  it('are those of its manifest, in the order in which they can be made', () => {
    expect(objects.map(objectTitle)).toEqual([
      'Namespace kube-flannel',
      'ServiceAccount kube-flannel/flannel',
      'ClusterRole flannel',
      'ClusterRoleBinding flannel',
      'ConfigMap kube-flannel/kube-flannel-cfg',
      'DaemonSet kube-flannel/kube-flannel-ds',
    ]);
  });

  it("carry the lab's range, VNI, port and MTU", () => {
    const config = objects.find(({ kind }) => kind === 'ConfigMap') as KubeObject & {
      data: Record<string, string>;
    };
    expect(JSON.parse(config.data['net-conf.json'] ?? '')).toEqual({
      Network: '10.244.0.0/16',
      EnableNFTables: false,
      // flanneld takes 50 bytes off for the pods.
      Backend: { Type: 'vxlan', VNI: 7, Port: 4789, MTU: 1450 },
    });
  });

  it('take their images from the settings', () => {
    const { initContainers, containers } = daemonSetOf(objects);
    expect([...initContainers, ...containers].map(({ image }) => image)).toEqual(['plugin:2', 'flannel:1']);
  });
});

describe("Kindnet's objects", () => {
  const manifest = `# would you kindly template this file
# would you kindly patch this file
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: kindnet, namespace: kube-system }
spec:
  template:
    spec:
      containers:
      - name: kindnet-cni
        env:
        - name: POD_SUBNET
          value: {{ .PodSubnet }}
---
`;

  it("are those of the node's manifest, filled in as kind does it", () => {
    const facts = { network: network('kindnet'), endpoint: 'lab-control-plane:6443' };
    const objects = kindManifestObjects(manifest, facts);
    expect(objects.map(objectTitle)).toEqual(['DaemonSet kube-system/kindnet']);
    expect(daemonSetOf(objects).containers[0].env).toEqual([
      { name: 'POD_SUBNET', value: '10.244.0.0/16' },
      { name: 'CONTROL_PLANE_ENDPOINT', value: 'lab-control-plane:6443' },
    ]);
  });

  it('are left as they are by a manifest that asks for nothing', () => {
    const plain = manifest.replaceAll(/# would.*\n/g, '').replace('{{ .PodSubnet }}', '"{{ .PodSubnet }}"');
    const objects = kindManifestObjects(plain, { network: network('kindnet'), endpoint: 'x:1' });
    expect(daemonSetOf(objects).containers[0].env).toEqual([
      { name: 'POD_SUBNET', value: '{{ .PodSubnet }}' },
    ]);
  });

  it('cannot be made of a manifest that asks for something else', () => {
    const other = manifest.replace('.PodSubnet', '.Elsewhere');
    expect(() => kindManifestObjects(other, { network: network('kindnet'), endpoint: undefined })).toThrow(
      'asks for {{ .Elsewhere }}, which is not known here',
    );
    expect(() => kindManifestObjects('a: [', { network: network('kindnet'), endpoint: undefined })).toThrow(
      '/kind/manifests/default-cni.yaml is no manifest',
    );
  });

  it('are made where a node has no manifest, for both families if need be', () => {
    const objects = kindnetObjects('kindnetd:1', network('kindnet', { podCIDR6: 'fd00::/56' }));
    const [{ image, env }] = daemonSetOf(objects).containers;
    expect(image).toBe('kindnetd:1');
    expect(env).toContainEqual({ name: 'POD_SUBNET', value: '10.244.0.0/16,fd00::/56' });
  });
});

describe('the difference between an object and what was applied', () => {
  const wanted = { spec: { containers: [{ image: 'a', args: ['x', 'y'] }], replicas: 2 } };

  it('is none where the server has added fields', () => {
    const live = {
      status: {},
      spec: { containers: [{ image: 'a', args: ['x', 'y'], tty: false }], replicas: 2 },
    };
    expect(firstDifference(wanted, live)).toBeUndefined();
  });

  it.each([
    ['spec.containers[0].image', { ...wanted, spec: { ...wanted.spec, containers: [{ image: 'b' }] } }],
    ['spec.containers', { spec: { containers: [], replicas: 2 } }],
    ['spec', {}],
  ])('is named by its path: %s', (path, live) => {
    expect(firstDifference(wanted, live)).toBe(path);
  });
});
