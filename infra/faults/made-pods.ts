// The part of an observed lab that faults may be about.
import type { Lab } from '../lab/lab.ts';
import type { LabSnapshot } from '../observe/snapshot.ts';

/** Without pods that a lab only names: they are somebody's, and are not broken. */
export function withMadePods(snapshot: LabSnapshot, { workloads }: Pick<Lab, 'workloads'>): LabSnapshot {
  const selected = new Set(
    workloads.filter(({ kind }) => kind === 'selected').flatMap(({ pods }) => pods.map(({ name }) => name)),
  );
  if (selected.size === 0) return snapshot;
  return { ...snapshot, pods: snapshot.pods.filter(({ name }) => !selected.has(name)) };
}
