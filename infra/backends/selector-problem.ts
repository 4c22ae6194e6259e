// Pods that a lab selects are a Kubernetes cluster's: why a lab that does so cannot be where there is none.
import type { LabWorkload } from '../lab/lab.ts';

/** @returns undefined when nothing is selected */
export function selectorProblem(backend: string, workloads: readonly LabWorkload[]): string | undefined {
  const names = workloads.filter(({ kind }) => kind === 'selected').map(({ name }) => name);
  if (names.length === 0) return undefined;
  return [
    `workload ${names.join(', ')} names pods that run already (selector), and ${backend} has none: it is no Kubernetes cluster`,
    'bring the lab up on one that is: npm run up -- <lab> --backend existing',
  ].join('\n');
}
