// Decides which pods of a workload stay, go and come: pure.
import type { LabPod } from '../../lab/lab.ts';
import { isSameSpec, type PodRecord } from './pod-record.ts';

export interface WorkloadPlan {
  readonly keep: readonly PodRecord[];
  readonly remove: readonly PodRecord[];
  readonly add: readonly LabPod[];
}

/** @param broken names of pods that are not as they were made */
export function planWorkload(
  records: readonly PodRecord[],
  wanted: readonly LabPod[],
  broken: ReadonlySet<string>,
): WorkloadPlan {
  const byName = new Map(wanted.map((pod) => [pod.name, pod]));
  const isGood = (record: PodRecord) => {
    const pod = byName.get(record.spec.name);
    return (
      pod !== undefined && record.ready !== undefined && !broken.has(pod.name) && isSameSpec(record.spec, pod)
    );
  };
  const keep = records.filter(isGood);
  const kept = new Set(keep.map(({ spec }) => spec.name));
  return {
    keep,
    remove: records.filter((record) => !isGood(record)),
    add: wanted.filter((pod) => !kept.has(pod.name)),
  };
}
