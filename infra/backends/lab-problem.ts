// Why a lab can never run on a backend, whatever the machine has: what is known without asking anybody.
import type { Lab } from '../lab/lab.ts';
import { backendTraits } from './registry.ts';
import { selectorProblem } from './selector-problem.ts';

/**
 * One sentence; undefined where nothing is known to be in the way. Machines of the user's are none here: only the config of
 * a stack that is there names any.
 */
export function labProblem(
  backend: string,
  lab: Pick<Lab, 'nodes' | 'outside' | 'workloads'>,
): string | undefined {
  const traits = backendTraits(backend);
  if (!traits.kubernetes) return selectorProblem(backend, lab.workloads)?.split('\n')[0];
  if (lab.outside) return outsideProblem(backend);
  return traits.machines ? nodesProblem(lab.nodes.length) : undefined;
}

/** Of a backend that is Kubernetes, for a lab with `cluster.outside`. */
export function outsideProblem(backend: string): string {
  return `the ${backend} backend has no router beyond its nodes (cluster.outside): this lab runs on netns`;
}

/** Of a backend whose cluster is this machine. */
export function nodesProblem(nodes: number): string | undefined {
  return nodes > 1 ? `the lab has ${nodes} nodes, and this machine is one` : undefined;
}
