// A pod as it stands on a real cluster, put together from what the API, the node's runtime and the CNI result cache say. Pure.
import type { V1Pod } from '@kubernetes/client-node';
import type { PodStatus } from '../backend.ts';
import type { CniFacts } from './cni-results.ts';
import type { ContainerFacts } from './container-facts.ts';

/** Why a pod that the API calls running cannot be told of: it is just being restarted, or its node is not what we think. */
export class PodStatusError extends Error {
  override readonly name = 'PodStatusError';
}

/**
 * @param name of the lab's pod @param node of the lab's node
 * @param runtime what runs on that node @param results by container id, of that node
 * @throws PodStatusError when its sandbox or a container does not run there
 */
export function podStatus(
  { name, node }: { readonly name: string; readonly node: string },
  pod: V1Pod,
  runtime: ContainerFacts,
  results: ReadonlyMap<string, CniFacts>,
): PodStatus {
  const uid = runtimeUid(pod);
  const sandbox = runtime.sandboxes.find(({ podUid }) => podUid === uid);
  if (sandbox === undefined)
    throw new PodStatusError(`pod ${name} has no sandbox on ${node}: it is being started or has just ended`);
  const result = results.get(sandbox.id);
  const addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip ?? '');
  const address6 = addresses.find((ip) => ip.includes(':'));
  const containers = (pod.status?.containerStatuses ?? []).map(({ name: container, containerID = '' }) => {
    const id = containerID.replace(/^[a-z-]+:\/\//, '');
    const running = runtime.containers.find((one) => one.id === id);
    if (running === undefined) throw new PodStatusError(`container ${container} of pod ${name} does not run`);
    return { name: container, id, pid: running.pid };
  });
  return {
    name,
    node,
    address: addresses.find((ip) => !ip.includes(':')) ?? '',
    ...(address6 !== undefined && { address6 }),
    containerId: sandbox.id,
    // CRI-O keeps no process for a sandbox: every container is in its network.
    pid: sandbox.pid ?? containers[0]?.pid ?? 0,
    // A pod in its node's own network has neither.
    hostVeth: result?.hostVeth ?? '',
    mac: result?.mac ?? '',
    ...(pod.spec?.hostNetwork && { hostNetwork: true as const }),
    containers,
  };
}

/**
 * The UID under which its node runs a pod. That of a static pod is the kubelet's, and what the API shows is a mirror with a
 * UID of its own (kubelet, pkg/kubelet/types/pod_update.go, ConfigHashAnnotationKey).
 */
export function runtimeUid({ metadata }: V1Pod): string | undefined {
  return metadata?.annotations?.['kubernetes.io/config.hash'] ?? metadata?.uid;
}
