// Waits until a workload's pods run, all of them and no others, and says what is wrong when they do not.
import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import type { LabPod } from '../../lab/lab.ts';
import type { Operation } from '../backend.ts';
import type { KubernetesConnection } from './connection.ts';
import type { KubeObject } from './kube-object.ts';
import { workloadSelector } from './object-labels.ts';
import { namePods } from './pod-names.ts';

/** A pod needs seconds; an image that has to be pulled a minute or two. */
const LIMIT_MS = 180_000;

/** @throws Error naming the pods that do not run, and why as far as the cluster says */
export async function waitForPods(
  connection: KubernetesConnection,
  workload: string,
  pods: readonly LabPod[],
  op: Operation,
): Promise<void> {
  const spec = connection.files.spec();
  const { namespace } = connection;
  const selector = workloadSelector(spec?.lab ?? '', workload);
  const limit = AbortSignal.timeout(LIMIT_MS);
  const signal = AbortSignal.any([op.signal, limit]);
  let last: readonly V1Pod[] = [];
  try {
    // Until then the pods may be those of before.
    const deployments = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, labelSelector: selector };
    await connection.kube.until(deployments, (all) => all.every(isRolledOut), signal);
    await connection.kube.untilPods(
      namespace,
      selector,
      (all) => {
        // Deployments keep pods that were evicted, or whose node was shut down.
        const live = all.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded');
        last = live;
        const hopeless = live.map(hopelessness).find((reason) => reason !== undefined);
        if (hopeless !== undefined) throw new Error(hopeless);
        const running = namePods(workload, pods, live);
        const ready = [...running.live.values()].filter(runs).length;
        op.progress?.(`${workload}: ${ready} of ${pods.length} pods run`);
        return ready === pods.length && running.superfluous.length === 0 && live.length === pods.length;
      },
      signal,
    );
  } catch (error) {
    if (!limit.aborted || op.signal.aborted) throw error;
    const reasons = last.filter((pod) => !runs(pod)).map(whyPodWaits);
    const missing = pods.length - last.length;
    throw new Error(
      [
        `${workload}: its pods do not all run after ${LIMIT_MS / 1000} s`,
        ...reasons,
        ...(missing > 0 ? [`${missing} of its ${pods.length} pods have not been made`] : []),
        `kubectl -n ${namespace} describe pods says more`,
      ].join('\n'),
      { cause: error },
    );
  }
}

/** All its replicas are of what it asks for now, whether they run or not (apps/v1 DeploymentStatus). */
function isRolledOut(object: KubeObject): boolean {
  const { metadata, spec, status = {} } = object as unknown as V1Deployment;
  return (
    (status.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status.updatedReplicas ?? 0) === (spec?.replicas ?? 1) &&
    (status.replicas ?? 0) === (spec?.replicas ?? 1)
  );
}

function runs({ metadata, status }: V1Pod): boolean {
  const containers = status?.containerStatuses ?? [];
  return (
    metadata?.deletionTimestamp === undefined &&
    status?.phase === 'Running' &&
    containers.length > 0 &&
    containers.every(({ ready }) => ready)
  );
}

/** Reasons that waiting does not cure (kubelet, pkg/kubelet/images/types.go and kuberuntime). */
const HOPELESS = new Set([
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'RunContainerError',
]);

function hopelessness(pod: V1Pod): string | undefined {
  const container = pod.status?.containerStatuses?.find(({ state, restartCount }) => {
    const reason = state?.waiting?.reason ?? '';
    return (
      HOPELESS.has(reason) ||
      (reason === 'CrashLoopBackOff' && restartCount > 2) ||
      reason === 'ImagePullBackOff'
    );
  });
  return container && whyPodWaits(pod);
}

/** One line about a pod that does not run. */
export function whyPodWaits({ metadata, status }: V1Pod): string {
  const name = metadata?.name ?? '';
  const container = status?.containerStatuses?.find(({ state }) => state?.waiting || state?.terminated);
  const { waiting, terminated } = container?.state ?? {};
  if (waiting?.reason === 'ImagePullBackOff' || waiting?.reason === 'ErrImagePull')
    return `pod ${name}: image ${container?.image} cannot be pulled: ${waiting.message ?? ''}\nname one that the nodes have or can reach (setting podImage)`;
  if (waiting?.reason === 'CrashLoopBackOff') {
    const code = container?.lastState?.terminated?.exitCode;
    return `pod ${name}: container ${container?.name} ends again and again${code === undefined ? '' : ` (exit code ${code})`}: is its command right for its image ${container?.image}?`;
  }
  if (terminated) return `pod ${name}: container ${container?.name} has ended with ${terminated.exitCode}`;
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False')
    return `pod ${name} finds no node: ${scheduled.message ?? scheduled.reason}`;
  return `pod ${name}: ${waiting?.reason ?? status?.phase ?? 'unknown'}${waiting?.message ? `: ${waiting.message}` : ''}`;
}
