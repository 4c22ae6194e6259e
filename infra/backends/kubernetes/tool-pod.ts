// The privileged pod that a node is entered by: its tools are its image's, its namespaces and the directories that matter the node's.
import type { V1Namespace, V1Pod } from '@kubernetes/client-node';
import { ownMark } from '../../util/process-mark.ts';
import { labLabels, OWNER, USER } from './object-labels.ts';
import { objectName } from './object-names.ts';

/** Directories of the node that observation reads and labs write. /run is where CNI's leases and flannel's subnet are. */
const DIRECTORIES = ['/etc/cni', '/var/lib/cni', '/opt/cni', '/run'] as const;

/** Whoever forgets it, it ends by itself: s. */
const LIFETIME = 6 * 60 * 60;

export interface ToolPods {
  readonly lab: string;
  readonly namespace: string;
  /** Whose they are, where they are not everybody's. */
  readonly user?: string;
  /** An image with perl, iproute2, tcpdump, nftables, iptables and util-linux. */
  readonly image: string;
}

/** Privileged pods are what Pod Security Standards are there to forbid: it has to be said (pod-security.kubernetes.io). */
export function toolNamespace({ lab, namespace }: Pick<ToolPods, 'lab' | 'namespace'>) {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: { ...labLabels(lab), 'pod-security.kubernetes.io/enforce': 'privileged' },
    },
  } satisfies V1Namespace;
}

/** @param node as Kubernetes calls it @param user who it is for, where it is for one only */
export function toolPodName(node: string, user = ''): string {
  return objectName(['node', node, user].filter((word) => word !== ''));
}

/** Bound to its node without a scheduler: neither taints nor a cordon keep it away. */
export function toolPod(node: string, { lab, namespace, user, image }: ToolPods) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name: toolPodName(node, user), namespace },
      labels: { ...labLabels(lab), ...(user !== undefined && { [USER]: user }) },
      ...(user !== undefined && { annotations: { [OWNER]: ownMark() } }),
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      hostPID: true,
      restartPolicy: 'Never',
      activeDeadlineSeconds: LIFETIME,
      // With none the API would forget it before it has ended.
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'tools',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sleep', 'infinity'],
          securityContext: { privileged: true },
          volumeMounts: DIRECTORIES.map((path) => ({
            name: volumeName(path),
            mountPath: path,
            // Network namespaces that the runtime mounts under /run later on.
            mountPropagation: 'HostToContainer',
          })),
        },
      ],
      volumes: DIRECTORIES.map((path) => ({
        name: volumeName(path),
        hostPath: { path, type: 'DirectoryOrCreate' },
      })),
    },
  } satisfies V1Pod;
}

function volumeName(path: string): string {
  return path.slice(1).replaceAll('/', '-');
}
