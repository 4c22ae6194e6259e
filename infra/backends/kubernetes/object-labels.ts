// The labels that say of a Kubernetes object that it is a lab's, and which part of it.
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const LAB = 'cnilab.io/lab';
export const WORKLOAD = 'cnilab.io/workload';
/** The node as the lab calls it; pods have it as `kubernetes.io/hostname` by its real name. */
export const NODE = 'cnilab.io/node';
/** Whose command a privileged pod is for. */
export const USER = 'cnilab.io/user';
/** Annotation: the process of that command (util/process-mark.ts). */
export const OWNER = 'cnilab.io/owner';

/** Of everything that is made for a lab. */
export function labLabels(lab: string) {
  return { [MANAGED_BY]: 'cnilab', [LAB]: lab };
}

/** Of a pod, and of what makes it. */
export function podLabels(lab: string, workload: string, node: string) {
  return { ...labLabels(lab), [WORKLOAD]: workload, [NODE]: node };
}

/** Selects all that a lab has of one workload, as the API's `labelSelector` wants it. */
export function workloadSelector(lab: string, workload: string): string {
  return `${MANAGED_BY}=cnilab,${LAB}=${lab},${WORKLOAD}=${workload}`;
}
