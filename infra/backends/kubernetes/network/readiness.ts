// Nodes and a DaemonSet's pods → what is not ready, and why, in words. Pure.
import type { NodeName } from '../cluster-tool.ts';
import { type KubeObject, type KubeRef, objectTitle } from '../kube-object.ts';

/** A node by its lab name, and what is not ready of it, such as "image … cannot be pulled: …". */
export interface UnreadyNode {
  readonly node: string;
  readonly what: string;
}

export interface Unready {
  readonly problems: readonly UnreadyNode[];
  /** Whether waiting cannot help. */
  readonly hopeless: boolean;
}

export interface Awaited {
  /** Nodes have to be Ready. */
  readonly nodes: boolean;
  /** On each node a pod of it has to be Ready. */
  readonly daemonSet?: KubeRef | undefined;
}

interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly ready?: boolean;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
  readonly lastState?: { readonly terminated?: { readonly exitCode: number; readonly message?: string } };
}

interface PodShape {
  readonly metadata: {
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly nodeName?: string; readonly affinity?: unknown };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Reasons of the kubelet for a container that has no image (pkg/kubelet/images/types.go). */
const NO_IMAGE = [
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
];
const HOPELESS = ['InvalidImageName', 'ErrImageNeverPull'];

/** @param pods all of the DaemonSet's namespace */
export function whatIsUnready(
  names: readonly NodeName[],
  { nodes: waitForNodes, daemonSet }: Awaited,
  nodes: readonly KubeObject[],
  pods: readonly KubeObject[],
): Unready {
  const own = (pods as readonly (KubeObject & PodShape)[]).filter(
    ({ metadata: { ownerReferences = [], deletionTimestamp } }) =>
      deletionTimestamp === undefined &&
      ownerReferences.some(({ kind, name }) => kind === 'DaemonSet' && name === daemonSet?.metadata.name),
  );
  const problems = names.flatMap(({ lab, real }) => {
    const pod = own.find(({ spec }) => spec?.nodeName === real);
    const what =
      (daemonSet && podProblem(daemonSet, pod)) ?? (waitForNodes ? nodeProblem(nodes, real) : undefined);
    return what === undefined ? [] : [{ node: lab, what }];
  });
  const hopeless = own.some((pod) =>
    containersOf(pod).some(({ state }) => HOPELESS.includes(state?.waiting?.reason ?? '')),
  );
  return { problems, hopeless };
}

function nodeProblem(nodes: readonly KubeObject[], real: string): string | undefined {
  const node = nodes.find(({ metadata }) => metadata.name === real);
  if (!node) return `Kubernetes does not know the node (${real})`;
  const ready = conditionOf(node as unknown as PodShape, 'Ready');
  if (ready?.status === 'True') return undefined;
  return `not ready: ${ready?.message ?? ready?.reason ?? 'its kubelet has not said anything'}`;
}

function podProblem(daemonSet: KubeRef, pod: PodShape | undefined): string | undefined {
  if (!pod) return `${objectTitle(daemonSet)} has no pod there yet`;
  if (conditionOf(pod, 'Ready')?.status === 'True') return undefined;
  const containers = containersOf(pod).flatMap((container) => containerProblem(container) ?? []);
  if (containers.length > 0) return containers.join('; ');
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False')
    return `the pod of ${objectTitle(daemonSet)} cannot be placed: ${scheduled.message}`;
  return `the pod of ${objectTitle(daemonSet)} is starting`;
}

function containerProblem({ name, image, state, lastState }: ContainerStatus): string | undefined {
  const { reason = '', message } = state?.waiting ?? {};
  if (reason === '' || reason === 'ContainerCreating' || reason === 'PodInitializing') return undefined;
  if (NO_IMAGE.includes(reason)) return `image ${image} cannot be pulled: ${message ?? reason}`;
  const ended = lastState?.terminated;
  if (reason === 'CrashLoopBackOff' && ended) {
    const said = ended.message ? `: ${ended.message.trim()}` : '';
    return `container ${name} ends again and again, last with exit status ${ended.exitCode}${said}`;
  }
  return `container ${name} does not start: ${message ?? reason}`;
}

function containersOf({ status }: PodShape): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function conditionOf({ status }: PodShape, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}
