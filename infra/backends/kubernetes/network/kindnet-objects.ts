// Kindnet's daemon as Kubernetes objects: of the manifest that a kind node brings, else those of kind's own
// (pkg/build/nodeimage/const_cni.go), with kindnetd's image.
import { parseAllDocuments } from 'yaml';
import type { LabNetwork } from '../../../lab/lab.ts';
import type { KubeObject } from '../kube-object.ts';

/** Where a kind node has its manifest. kind reads it there too (actions/installcni/cni.go). */
export const KIND_MANIFEST = '/kind/manifests/default-cni.yaml';

/** Sentences by which a manifest asks kind to fill in the pods' range, and the API server's endpoint. */
const TEMPLATE = 'would you kindly template this file';
const PATCH = 'would you kindly patch this file';

export interface KindnetFacts {
  readonly network: LabNetwork;
  /** Where kindnetd reaches the API server before there are services: host:port. */
  readonly endpoint: string | undefined;
}

const podSubnet = ({ podCIDR, podCIDR6 }: LabNetwork) => (podCIDR6 ? `${podCIDR},${podCIDR6}` : podCIDR);

/** @throws Error when the manifest is none, or asks for what we do not know */
export function kindManifestObjects(
  manifest: string,
  { network, endpoint }: KindnetFacts,
): readonly KubeObject[] {
  const text = manifest.includes(TEMPLATE)
    ? manifest.replaceAll(/\{\{\s*\.PodSubnet\s*\}\}/g, podSubnet(network))
    : manifest;
  const unknown = manifest.includes(TEMPLATE) ? /\{\{.*?\}\}/.exec(text)?.[0] : undefined;
  if (unknown !== undefined)
    throw new Error(
      `${KIND_MANIFEST} asks for ${unknown}, which is not known here; use a node image of kind v0.20 to v0.33`,
    );
  const documents = parseAllDocuments(text);
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error) throw new Error(`${KIND_MANIFEST} is no manifest: ${error.message}`);
  const objects = documents.map((document): unknown => document.toJS()).filter(isObject);
  if (!manifest.includes(PATCH) || endpoint === undefined) return objects;
  return objects.map((object) =>
    object.kind === 'DaemonSet' ? withVariable(object, 'CONTROL_PLANE_ENDPOINT', endpoint) : object,
  );
}

/** An empty document is none. */
function isObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** Of the first container, as kind's patch does it. */
function withVariable(daemonSet: KubeObject, name: string, value: string): KubeObject {
  const copy = structuredClone(daemonSet) as KubeObject & { spec: { template: { spec: PodSpec } } };
  copy.spec.template.spec.containers[0]?.env.push({ name, value });
  return copy;
}

interface PodSpec {
  readonly containers: readonly { readonly env: object[] }[];
}

/**
 * For nodes that have no manifest (minikube's, k3s'). In the order in which they can be made. kindnetd takes a node's host name
 * for its Kubernetes name, and its uplink to be eth0.
 */
export function kindnetObjects(image: string, network: LabNetwork): readonly KubeObject[] {
  const labels = { tier: 'node', app: 'kindnet', 'k8s-app': 'kindnet' };
  const namespace = 'kube-system';
  const read = (apiGroup: string, resources: readonly string[]) => ({
    apiGroups: [apiGroup],
    resources,
    verbs: ['list', 'watch'],
  });
  const mounts = [
    { name: 'cni-cfg', path: '/etc/cni/net.d', type: 'DirectoryOrCreate' },
    { name: 'xtables-lock', path: '/run/xtables.lock', type: 'FileOrCreate' },
    { name: 'lib-modules', path: '/lib/modules', type: 'DirectoryOrCreate' },
    { name: 'nri-plugin', path: '/var/run/nri', type: 'DirectoryOrCreate' },
  ];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'kindnet', namespace } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'kindnet' },
      rules: [read('', ['nodes', 'pods', 'namespaces']), read('networking.k8s.io', ['networkpolicies'])],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'kindnet' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'kindnet' },
      subjects: [{ kind: 'ServiceAccount', name: 'kindnet', namespace }],
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'kindnet', namespace, labels },
      spec: {
        selector: { matchLabels: { app: 'kindnet' } },
        template: {
          metadata: { labels },
          spec: {
            hostNetwork: true,
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            priorityClassName: 'system-node-critical',
            serviceAccountName: 'kindnet',
            tolerations: [{ operator: 'Exists' }],
            containers: [
              {
                name: 'kindnet-cni',
                image,
                env: [
                  { name: 'HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
                  { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
                  { name: 'POD_SUBNET', value: podSubnet(network) },
                ],
                resources: { requests: { cpu: '100m', memory: '50Mi' } },
                securityContext: { capabilities: { add: ['NET_RAW', 'NET_ADMIN'] } },
                volumeMounts: mounts.map(({ name, path }) => ({ name, mountPath: path })),
              },
            ],
            volumes: mounts.map(({ name, path, type }) => ({ name, hostPath: { path, type } })),
          },
        },
      },
    },
  ];
}
