// Pods that run already and that a lab only gives names to: which ones they are. They are looked at, and never touched.
import type { V1Pod } from '@kubernetes/client-node';
import type { LabPod, PodSelector } from '../../lab/lab.ts';
import { assignPods, type NamedPods } from './pod-names.ts';

/** Of a workload of which nothing is made: all of its pods have the same. */
export function selectorOf(pods: readonly LabPod[]): PodSelector | undefined {
  return pods[0]?.selector;
}

/** As the API's `labelSelector` wants it. */
export function selectorText({ matchLabels }: PodSelector): string {
  return Object.entries(matchLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/**
 * On each node the pod with the lowest address has the first name. Others that match may be there: nobody has to name all.
 * @param live pods that match
 * @param realNode name of a lab's node → as Kubernetes calls it
 */
export function nameSelectedPods(
  pods: readonly LabPod[],
  live: readonly V1Pod[],
  realNode: (node: string) => string,
): NamedPods {
  return assignPods(
    pods.map(({ name, node }) => ({ name, node: realNode(node) })),
    live,
    ({ spec }) => spec?.nodeName ?? '',
  );
}

/**
 * Why waiting is of no use: fewer pods match on a node than the lab names there, those included that have not come to run
 * yet or are about to be replaced. One line for each node, and what there is instead.
 * @param live pods that match, wherever they are
 */
export function missingPods(
  workload: string,
  pods: readonly LabPod[],
  live: readonly V1Pod[],
  realNode: (node: string) => string,
): string | undefined {
  const selector = selectorOf(pods);
  if (selector === undefined) return undefined;
  const there = live.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded');
  // One that has no node yet may come to any of them.
  const homeless = there.filter(({ spec }) => spec?.nodeName === undefined).length;
  const wanted = [...Map.groupBy(pods, ({ node }) => node)].map(([node, { length: named }]) => {
    const real = realNode(node);
    const found = there.filter(({ spec }) => spec?.nodeName === real).length;
    return { node, real, named, found };
  });
  const short = wanted.filter(({ named, found }) => found < named);
  const lacking = short.reduce((sum, { named, found }) => sum + named - found, 0);
  if (lacking <= homeless) return undefined;
  const places = there.map(({ metadata, spec }) => `${metadata?.name} on ${spec?.nodeName ?? 'no node yet'}`);
  return [
    `too few pods of namespace ${selector.namespace} have ${selectorText(selector)}, by which ${workload} names them`,
    ...short.map(
      ({ node, real, named, found }) =>
        `on node ${node}${real === node ? '' : ` (${real})`}: ${named} named, ${found} there`,
    ),
    places.length === 0
      ? `no pod of that namespace has these labels: kubectl -n ${selector.namespace} get pods --show-labels says which there are`
      : `there are ${places.join(', ')}: say so in nodes and replicas of the lab file`,
  ].join('\n');
}
