// Which live pod is which of the lab's. Kubernetes names replicas as it likes; the lab counts them.
import type { V1Pod } from '@kubernetes/client-node';
import ipaddr from 'ipaddr.js';
import type { LabPod } from '../../lab/lab.ts';
import { NODE, WORKLOAD } from './object-labels.ts';

export interface NamedPods {
  /** Name of a lab's pod → the live one. In the lab's order. */
  readonly live: ReadonlyMap<string, V1Pod>;
  /** Names of the lab's pods that have no live one, in the lab's order. */
  readonly missing: readonly string[];
  /** Live pods of this workload that the lab does not ask for. */
  readonly superfluous: readonly V1Pod[];
}

/**
 * Among the replicas of a workload on one node the one with the lowest address comes first, so that a rebuilt lab, whose
 * addresses are the same, has the same names. The order of `live` does not matter.
 * @param pods what the lab wants of this workload
 * @param live pods of any workload, as the API says; those that end, have ended or have no address yet do not count
 */
export function namePods(workload: string, pods: readonly LabPod[], live: readonly V1Pod[]): NamedPods {
  const own = live.filter((pod) => pod.metadata?.labels?.[WORKLOAD] === workload);
  return assignPods(pods, own, (pod) => pod.metadata?.labels?.[NODE] ?? '');
}

/**
 * The same of any pods. @param live all that may have one of the names
 * @param nodeOf where one is, in the words in which `pods` say it
 */
export function assignPods(
  pods: readonly Pick<LabPod, 'name' | 'node'>[],
  live: readonly V1Pod[],
  nodeOf: (pod: V1Pod) => string,
): NamedPods {
  const byNode = Map.groupBy(live.filter(isLive).sort(byAddress), nodeOf);
  const named = new Map<string, V1Pod>();
  const missing: string[] = [];
  for (const { name, node } of pods) {
    const next = byNode.get(node)?.shift();
    if (next) named.set(name, next);
    else missing.push(name);
  }
  return { live: named, missing, superfluous: [...byNode.values()].flat().sort(byAddress) };
}

/** A pod that was evicted, or whose node was shut down, keeps its address although nothing has it any more. */
function isLive({ metadata, status }: V1Pod): boolean {
  return (
    metadata?.deletionTimestamp === undefined &&
    status?.phase !== 'Failed' &&
    status?.phase !== 'Succeeded' &&
    ipaddr.isValid(status?.podIP ?? '')
  );
}

function byAddress(a: V1Pod, b: V1Pod): number {
  return (
    Buffer.compare(addressKey(a), addressKey(b)) || compare(a.metadata?.name ?? '', b.metadata?.name ?? '')
  );
}

/** Its length first, so that IPv4 comes before IPv6. */
function addressKey({ status }: V1Pod): Buffer {
  const bytes = ipaddr.parse(status?.podIP ?? '').toByteArray();
  return Buffer.from([bytes.length, ...bytes]);
}

/** By code unit: the same everywhere, whatever the locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
