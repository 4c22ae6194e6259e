// Flannel's daemon as Kubernetes objects: those of the project's own manifest (flannel, Documentation/kube-flannel.yml), with
// two differences. The conflist is not installed by a container: it is written once the daemon is ready, so that no pod is
// started before there is a network for it. And the uplink is named: that of the node's address, not of its default route.
import type { LabNetwork } from '../../../lab/lab.ts';
import type { KubeObject } from '../kube-object.ts';

export const FLANNEL_NAMESPACE = 'kube-flannel';

export interface FlannelImages {
  readonly daemon: string;
  readonly plugin: string;
}

/** The plugin lies in one place in its own image and in another in an image that has both. Whole or not at all. */
const INSTALL_PLUGIN = `for file in /flannel /opt/bin/flannel; do
  [ ! -f "$file" ] || { cp -f "$file" /opt/cni/bin/.flannel && mv -f /opt/cni/bin/.flannel /opt/cni/bin/flannel && exit 0; }
done
echo "this image has neither /flannel nor /opt/bin/flannel" >&2
exit 1
`;

/** flanneld takes 50 bytes for itself from the MTU that it is told (pkg/backend/vxlan: encapOverhead). */
const VXLAN_OVERHEAD = 50;

const namespace = FLANNEL_NAMESPACE;
const labels = { tier: 'node', app: 'flannel', 'k8s-app': 'flannel' };

/** In the order in which they can be made. */
export function flannelObjects(network: LabNetwork, images: FlannelImages): readonly KubeObject[] {
  const { podCIDR, vni, port, mtu } = network;
  const netConf = {
    Network: podCIDR,
    EnableNFTables: false,
    Backend: { Type: 'vxlan', VNI: vni, Port: port, MTU: mtu + VXLAN_OVERHEAD },
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: { 'k8s-app': 'flannel', 'pod-security.kubernetes.io/enforce': 'privileged' },
      },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'flannel', namespace, labels } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'flannel', labels },
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
        { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: [''], resources: ['nodes/status'], verbs: ['patch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'flannel', labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'flannel' },
      subjects: [{ kind: 'ServiceAccount', name: 'flannel', namespace }],
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-flannel-cfg', namespace, labels },
      data: { 'net-conf.json': `${JSON.stringify(netConf, null, 2)}\n` },
    },
    daemonSet(images),
  ];
}

function daemonSet({ daemon, plugin }: FlannelImages): KubeObject {
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const hostPath = (name: string, path: string, type?: string) => ({
    name,
    hostPath: { path, ...(type && { type }) },
  });
  const probe = (path: string, periodSeconds: number, initialDelaySeconds: number) => ({
    httpGet: { path, port: 'healthz' },
    periodSeconds,
    ...(initialDelaySeconds > 0 && { initialDelaySeconds }),
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-flannel-ds', namespace, labels },
    spec: {
      selector: { matchLabels: { app: 'flannel' } },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          priorityClassName: 'system-node-critical',
          serviceAccountName: 'flannel',
          tolerations: [{ operator: 'Exists' }],
          initContainers: [
            {
              name: 'install-cni-plugin',
              image: plugin,
              command: ['sh', '-c', INSTALL_PLUGIN],
              volumeMounts: [{ name: 'cni-plugin', mountPath: '/opt/cni/bin' }],
            },
          ],
          containers: [
            {
              name: 'kube-flannel',
              image: daemon,
              command: ['/opt/bin/flanneld'],
              args: ['--ip-masq', '--kube-subnet-mgr', '--iface=$(NODE_IP)', '--healthz-port=8081'],
              env: [
                field('POD_NAME', 'metadata.name'),
                field('POD_NAMESPACE', 'metadata.namespace'),
                field('NODE_IP', 'status.hostIP'),
              ],
              ports: [{ name: 'healthz', containerPort: 8081, protocol: 'TCP' }],
              livenessProbe: probe('/healthz', 30, 10),
              // Ready is when subnet.env and the rules are there: asked often, because the lab waits for it.
              readinessProbe: probe('/readyz', 1, 0),
              resources: { requests: { cpu: '100m', memory: '50Mi' } },
              securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } },
              volumeMounts: [
                { name: 'run', mountPath: '/run/flannel' },
                { name: 'flannel-cfg', mountPath: '/etc/kube-flannel/' },
                { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
              ],
            },
          ],
          volumes: [
            hostPath('run', '/run/flannel', 'DirectoryOrCreate'),
            hostPath('cni-plugin', '/opt/cni/bin', 'DirectoryOrCreate'),
            { name: 'flannel-cfg', configMap: { name: 'kube-flannel-cfg' } },
            hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
          ],
        },
      },
    },
  };
}
