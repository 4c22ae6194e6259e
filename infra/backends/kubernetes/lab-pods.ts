// All pods of a lab as they stand: one question to the API (and one for each selector), one command on each node.
import type { V1Pod } from '@kubernetes/client-node';
import type { LabPod } from '../../lab/lab.ts';
import type { PodStatus } from '../backend.ts';
import { cniResultsCommand, parseCniResults } from './cni-results.ts';
import type { KubernetesConnection } from './connection.ts';
import { containerFactsScript, parseContainerFacts } from './container-facts.ts';
import { namePods } from './pod-names.ts';
import { PodStatusError, podStatus, runtimeUid } from './pod-status.ts';
import { nameSelectedPods, selectorOf, selectorText } from './selected-pods.ts';

/** In the lab's order. Pods that do not run (yet) are left out. @throws KubeError, HostError */
export async function labPods(
  connection: KubernetesConnection,
  signal?: AbortSignal,
): Promise<readonly PodStatus[]> {
  const workloads = Object.entries(connection.files.workloads());
  const spec = connection.files.spec();
  if (workloads.length === 0 || spec === undefined) return [];
  const live = await namedPods(connection, workloads);
  const named = workloads.flatMap(([, pods]) =>
    pods.flatMap(({ name, node }) => {
      const pod = live.get(name);
      return pod ? [{ name, node, pod }] : [];
    }),
  );
  const byNode = Map.groupBy(named, ({ node }) => node);
  const statuses = await Promise.all(
    [...byNode].map(async ([node, pods]) => {
      const host = connection.node(node);
      const options = signal && { signal };
      const listed = await host.run(['sh', '-c', containerFactsScript()], options);
      const runtime = parseContainerFacts(listed.stdout);
      const uids = new Set(pods.map(({ pod }) => runtimeUid(pod)));
      const ids = runtime.sandboxes.filter(({ podUid }) => uids.has(podUid)).map(({ id }) => id);
      const cached = await host.run(cniResultsCommand(ids), options);
      const results = parseCniResults(cached.stdout);
      return pods.flatMap((one) => statusIfRunning(one, one.pod, runtime, results));
    }),
  );
  const told = new Map(statuses.flat().map((status) => [status.name, status]));
  return named.flatMap(({ name }) => told.get(name) ?? []);
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

/** By the lab's names. */
async function namedPods(
  connection: KubernetesConnection,
  workloads: readonly (readonly [string, readonly LabPod[]])[],
): Promise<ReadonlyMap<string, V1Pod>> {
  const made = workloads.some(([, pods]) => !selectorOf(pods))
    ? connection.kube.pods(connection.namespace)
    : [];
  const named = workloads.map(async ([workload, pods]) => {
    const selector = selectorOf(pods);
    if (selector === undefined) return namePods(workload, pods, await made).live;
    const matching = await connection.kube.pods(selector.namespace, selectorText(selector));
    return nameSelectedPods(pods, matching, (node) => connection.realNode(node)).live;
  });
  return new Map((await Promise.all(named)).flatMap((live) => [...live]));
}
