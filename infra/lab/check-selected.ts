// A workload that names pods which run already: what it has to say, and what is not its to say.
import type { Path } from './problem.ts';
import type { Report } from './report.ts';
import { DEFAULT_CONTAINERS, type RawLab } from './schema.ts';

/** Each name is of a pod on one node, so that everything else of a lab can rest on where its pods are. */
export function checkSelected(workload: RawLab['workloads'][number], path: Path, report: Report): void {
  const { nodes, replicas, annotations, ports, containers } = workload;
  if (nodes === undefined)
    report.at(
      path,
      `workload ${workload.name} has a selector and no nodes: its pods run already, each where it is`,
      'say where, such as nodes: [n1, n2] for a pod on each; kubectl get pods -A -o wide shows it',
    );
  if (replicas === 0)
    report.at(
      [...path, 'replicas'],
      'a selector that names no pod is of no use',
      'say how many of its pods the lab names, or take the workload out',
    );
  const made = [
    ['annotations', Object.keys(annotations).length > 0],
    ['ports', ports.length > 0],
    ['containers', JSON.stringify(containers) !== JSON.stringify(DEFAULT_CONTAINERS)],
  ] as const;
  for (const [key] of made.filter(([, said]) => said))
    report.at(
      [...path, key],
      `${key} of pods that run already are what they are`,
      `take ${key} out, or the selector`,
      'key',
    );
}
