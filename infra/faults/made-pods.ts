// The part of an observed lab that faults may be about.
import type { Lab } from '../lab/lab.ts';
import type { LabSnapshot } from '../observe/snapshot.ts';

/**
 * Pods in the lab file's order, so that a fault is at the same place in every instance of a lab; without those that a lab
 * only names: they are somebody's, and are not broken.
 */
export function withMadePods(snapshot: LabSnapshot, { workloads }: Pick<Lab, 'workloads'>): LabSnapshot {
  const made = workloads.filter(({ kind }) => kind !== 'selected').flatMap(({ pods }) => pods);
  const place = new Map(made.map(({ name }, index) => [name, index]));
  const pods = snapshot.pods.filter(({ name }) => place.has(name));
  return { ...snapshot, pods: pods.toSorted((a, b) => (place.get(a.name) ?? 0) - (place.get(b.name) ?? 0)) };
}
