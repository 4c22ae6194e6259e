// A lab's workload as Kubernetes objects: plain data, for a server-side apply as well as for @pulumi/kubernetes.
import type { V1Container, V1Deployment, V1Namespace, V1Pod, V1PodSpec } from '@kubernetes/client-node';
import type { LabPod, LabWorkload } from '../../lab/lab.ts';
import { labLabels, podLabels } from './object-labels.ts';
import { deploymentName } from './object-names.ts';

/** What the objects of one lab have in common. */
export interface ObjectSettings {
  readonly lab: string;
  readonly namespace: string;
  /** Image of every container; it has to have what the lab's commands name. */
  readonly podImage: string;
  /** Name of a lab's node → value of its `kubernetes.io/hostname`. */
  readonly realNode: (node: string) => string;
}

export type WorkloadObject = ReturnType<typeof podObject> | ReturnType<typeof deploymentObject>;

/** Pods ask for host ports, which the baseline Pod Security Standard forbids; a cluster may enforce it by default. */
export function namespaceObject({ lab, namespace }: Pick<ObjectSettings, 'lab' | 'namespace'>) {
  return {
    apiVersion: 'v1' as const,
    kind: 'Namespace' as const,
    metadata: {
      name: namespace,
      labels: { ...labLabels(lab), 'pod-security.kubernetes.io/enforce': 'privileged' },
    },
  } satisfies V1Namespace;
}

/**
 * Nothing for pods that run already; a pod for `kind: pod`; otherwise a Deployment for each node that has replicas, in the order in which the lab names them,
 * so that every replica is where the lab wants it whatever the scheduler thinks.
 * @throws Error when the lab's node has no real one (from `settings.realNode`), or the API would refuse its ports
 */
export function workloadObjects(
  { name, kind, pods }: LabWorkload,
  settings: ObjectSettings,
): readonly WorkloadObject[] {
  if (kind === 'selected') return [];
  if (kind === 'pod') return pods.map((pod) => podObject(name, pod, settings));
  const byNode = Map.groupBy(pods, ({ node }) => node);
  return [...byNode].flatMap(([node, [pod, ...others]]) =>
    pod
      ? [
          deploymentObject(
            name,
            deploymentName(name, byNode.size === 1 ? undefined : node),
            pod,
            1 + others.length,
            settings,
          ),
        ]
      : [],
  );
}

function podObject(workload: string, pod: LabPod, settings: ObjectSettings) {
  return {
    apiVersion: 'v1' as const,
    kind: 'Pod' as const,
    metadata: {
      name: pod.name,
      namespace: settings.namespace,
      labels: podLabels(settings.lab, workload, pod.node),
      annotations: { ...pod.annotations },
    },
    spec: podSpec(pod, settings),
  } satisfies V1Pod;
}

/** @param pod one of the replicas: those of one workload differ in nothing but name, node and address */
function deploymentObject(
  workload: string,
  name: string,
  pod: LabPod,
  replicas: number,
  settings: ObjectSettings,
) {
  const labels = podLabels(settings.lab, workload, pod.node);
  return {
    apiVersion: 'apps/v1' as const,
    kind: 'Deployment' as const,
    metadata: { name, namespace: settings.namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      // A rolling update would wait for ever for a host port that the old pod has.
      strategy: { type: 'Recreate' as const },
      template: {
        metadata: { labels, annotations: { ...pod.annotations } },
        spec: podSpec(pod, settings),
      },
    },
  } satisfies V1Deployment;
}

function podSpec(pod: LabPod, { podImage, realNode }: ObjectSettings) {
  return {
    // By the scheduler and not by nodeName, so that a node without room is an event and not a pod that fails.
    nodeSelector: { 'kubernetes.io/hostname': realNode(pod.node) },
    // Labs have pods on control planes, and on nodes that they break.
    tolerations: [{ operator: 'Exists' as const }],
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    containers: pod.containers.map(({ name, command }, i) => ({
      name,
      image: podImage,
      imagePullPolicy: 'IfNotPresent' as const,
      command: [...command],
      // The runtime maps the ports of all containers of a pod alike; the API wants them at one of them.
      ...(i === 0 && pod.ports.length > 0 && { ports: containerPorts(pod) }),
    })),
  } satisfies V1PodSpec;
}

/** A server-side apply keys ports by containerPort and protocol (listMapKeys of core/v1 Container), and refuses two of a key. */
function containerPorts({ name, ports }: LabPod) {
  for (const { containerPort, hostPort, protocol } of ports) {
    const other = ports.find((port) => port.containerPort === containerPort && port.protocol === protocol);
    if (other && other.hostPort !== hostPort)
      throw new Error(
        `Kubernetes leads one host port to port ${containerPort}/${protocol} of pod ${name}, not both ${other.hostPort} and ${hostPort}: leave one of them out of the lab`,
      );
  }
  return ports.map(({ containerPort, hostPort, protocol }) => ({
    containerPort,
    hostPort,
    protocol: protocol === 'udp' ? ('UDP' as const) : ('TCP' as const),
  })) satisfies V1Container['ports'];
}
