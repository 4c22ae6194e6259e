// All pods of a lab as they stand: one question to the API, one command on each node.
import type { PodStatus } from '../backend.ts';
import { cniResultsCommand, parseCniResults } from './cni-results.ts';
import type { KubernetesConnection } from './connection.ts';
import { containerFactsScript, parseContainerFacts } from './container-facts.ts';
import { namePods } from './pod-names.ts';
import { PodStatusError, podStatus } from './pod-status.ts';

/** Pods that do not run (yet) are left out. @throws KubeError, HostError */
export async function labPods(
  connection: KubernetesConnection,
  signal?: AbortSignal,
): Promise<readonly PodStatus[]> {
  const workloads = Object.entries(connection.files.workloads());
  const spec = connection.files.spec();
  if (workloads.length === 0 || spec === undefined) return [];
  const live = await connection.kube.pods(connection.namespace);
  const named = workloads.flatMap(([workload, pods]) => {
    const node = new Map(pods.map((pod) => [pod.name, pod.node]));
    return [...namePods(workload, pods, live).live].map(([name, pod]) => ({
      name,
      node: node.get(name) ?? '',
      pod,
    }));
  });
  const byNode = Map.groupBy(named, ({ node }) => node);
  const statuses = await Promise.all(
    [...byNode].map(async ([node, pods]) => {
      const host = connection.node(node);
      const options = signal && { signal };
      const listed = await host.run(['sh', '-c', containerFactsScript()], options);
      const runtime = parseContainerFacts(listed.stdout);
      const uids = new Set(pods.map(({ pod }) => pod.metadata?.uid));
      const ids = runtime.sandboxes.filter(({ podUid }) => uids.has(podUid)).map(({ id }) => id);
      const cached = await host.run(cniResultsCommand(ids), options);
      const results = parseCniResults(cached.stdout);
      return pods.flatMap((one) => statusIfRunning(one, one.pod, runtime, results));
    }),
  );
  return statuses.flat();
}

/** Nothing for a pod whose container has just ended or is being started again, whatever its phase says. */
function statusIfRunning(...of: Parameters<typeof podStatus>): readonly PodStatus[] {
  try {
    return [podStatus(...of)];
  } catch (error) {
    if (error instanceof PodStatusError) return [];
    throw error;
  }
}
