// Names of pods: made from the workload's by a fixed rule, so that a rebuilt lab has the same ones.
import type { RawLab } from './schema.ts';

type Workload = Pick<RawLab['workloads'][number], 'name' | 'kind' | 'replicas'> & {
  readonly selector?: unknown;
};

/** RFC 1123: what a hostname label and a Kubernetes object name may have at most. */
export const MAX_LABEL = 63;
/** IFNAMSIZ less the terminating zero (linux/if.h). */
export const MAX_INTERFACE = 15;

/**
 * A pod is called as its workload, and so is the one pod that a selector names; the replicas of a deployment, and several
 * pods of a selector, are <name>-1 … <name>-N.
 */
export function podNames(workload: Workload): readonly string[] {
  const one = workload.kind === 'pod' || (workload.selector !== undefined && workload.replicas === 1);
  if (one) return [workload.name];
  return Array.from({ length: workload.replicas }, (_, i) => `${workload.name}-${i + 1}`);
}

/** Why the kernel would refuse this interface name (dev_valid_name in net/core/dev.c); undefined when it is fine. */
export function interfaceNameProblem(name: string): string | undefined {
  if (name === '') return 'an interface name must not be empty';
  if (name === '.' || name === '..') return `"${name}" cannot be an interface name`;
  if (/[\s/:]/.test(name)) return 'an interface name has no spaces, "/" or ":"';
  if (Buffer.byteLength(name) > MAX_INTERFACE)
    return `an interface name has at most ${MAX_INTERFACE} bytes, this one has ${Buffer.byteLength(name)}`;
  return undefined;
}
