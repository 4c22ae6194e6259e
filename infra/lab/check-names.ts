// Names that must be unique: nodes and pods are hosts of one lab, so they share one set of names.
import { podNames } from './names.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';
import type { RawLab } from './schema.ts';

export function checkNames(raw: RawLab, report: Report): void {
  unique(raw.cluster.nodes, ['cluster', 'nodes'], 'nodes', report);
  unique(raw.workloads, ['workloads'], 'workloads', report);
  unique(raw.experiments, ['experiments'], 'experiments', report);
  for (const [i, experiment] of raw.experiments.entries())
    if ((experiment.kind === 'capture' || experiment.kind === 'learning') && experiment.taps)
      unique(experiment.taps, ['experiments', i, 'taps'], `taps of ${experiment.name}`, report);

  const hosts = new Map(raw.cluster.nodes.map((node) => [node.name, 'a node']));
  checkOutside(raw, hosts, report);
  const seen = new Set<string>();
  for (const [i, workload] of raw.workloads.entries()) {
    if (seen.has(workload.name)) continue;
    seen.add(workload.name);
    const path = ['workloads', i, 'name'];
    for (const pod of podNames({ ...workload, replicas: Math.min(workload.replicas, 1000) })) {
      const other = hosts.get(pod);
      if (other === undefined) hosts.set(pod, `a pod of workload ${workload.name}`);
      else {
        report.at(
          path,
          `the pod "${pod}" of this workload would be called as ${other} is`,
          'nodes and pods are hosts of one lab: each needs a name of its own',
        );
        break;
      }
    }
  }
}

/** The router and the host behind it join the names that are taken. */
function checkOutside({ cluster }: RawLab, hosts: Map<string, string>, report: Report): void {
  for (const [key, what] of [
    ['router', 'the router'],
    ['host', 'the outside host'],
  ] as const) {
    const name = cluster.outside?.[key];
    if (name === undefined) continue;
    const other = hosts.get(name);
    if (other === undefined) hosts.set(name, what);
    else
      report.at(
        ['cluster', 'outside', key],
        `${what} would be called "${name}", as ${other} is`,
        'all hosts of a lab need names of their own',
      );
  }
}

function unique(list: readonly { readonly name: string }[], path: Path, what: string, report: Report): void {
  const seen = new Set<string>();
  list.forEach(({ name }, i) => {
    if (seen.has(name))
      report.at([...path, i, 'name'], `there are two ${what} called "${name}"`, 'rename one of them');
    seen.add(name);
  });
}
