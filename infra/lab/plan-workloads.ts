// Places pods on nodes, names them and pins their addresses; finds workloads that cannot be made so.

import { checkSelected } from './check-selected.ts';
import { TERMS } from './family-terms.ts';
import type { LabNode, LabPod, LabWorkload } from './lab.ts';
import { MAX_LABEL, podNames } from './names.ts';
import { PodPool } from './pod-pool.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';
import type { RawLab } from './schema.ts';
import { suggest } from './suggest.ts';

/** More network namespaces than this on one machine is a mistake in the file. */
export const MAX_PODS = 5000;

const podCount = (raw: RawLab) => raw.workloads.reduce((sum, workload) => sum + workload.replicas, 0);

/** Before anything is worked out of each of them: a few lines can ask for millions. @throws LabError */
export function checkPodCount(raw: RawLab, report: Report): void {
  const total = podCount(raw);
  if (total <= MAX_PODS) return;
  report.at(['workloads'], `the lab asks for ${total} pods; at most ${MAX_PODS} are made`, 'lower replicas');
  report.throwIfAny();
}

type RawWorkload = RawLab['workloads'][number];

/** `nodes` are those that could be planned: pods of a node that could not are left out, without a second problem. */
export function planWorkloads(
  raw: RawLab,
  nodes: readonly LabNode[],
  report: Report,
): readonly LabWorkload[] {
  const total = podCount(raw);
  if (total > 0 && raw.cluster.nodes.length === 0) {
    report.at(['cluster', 'nodes'], `the lab has ${total} pods and no node to run them on`, 'add a node');
    return [];
  }
  const names = raw.cluster.nodes.map((node) => node.name);
  const planned = new Map(nodes.map((node) => [node.name, node]));
  const pools = [new PodPool(TERMS[4]), new PodPool(TERMS[6])];
  const workloads = raw.workloads.map((workload, w): LabWorkload => {
    const path = ['workloads', w];
    checkWorkload(workload, path, names, report);
    const on = workload.nodes ?? names;
    const { selector } = workload;
    const pods = podNames(workload).flatMap((name, i): LabPod[] => {
      const node = planned.get(on[i % on.length] ?? '');
      if (!node) return [];
      if (selector) return [{ name, node: node.name, annotations: {}, ports: [], containers: [], selector }];
      const [address, address6] = pools.map((pool) => pool.take(node, path));
      if (address === undefined) return [];
      const { annotations, ports, containers } = workload;
      const pinned = { address, ...(address6 !== undefined && { address6 }) };
      return [{ name, node: node.name, ...pinned, annotations, ports, containers }];
    });
    return { name: workload.name, kind: selector ? 'selected' : workload.kind, pods };
  });
  for (const pool of pools) pool.check(report);
  checkHostPorts(raw, report);
  return workloads;
}

function checkWorkload(workload: RawWorkload, path: Path, nodes: readonly string[], report: Report): void {
  if (workload.selector) checkSelected(workload, path, report);
  workload.nodes?.forEach((node, i) => {
    if (!nodes.includes(node))
      report.at([...path, 'nodes', i], `there is no node "${node}"`, suggest(node, nodes, 'nodes'));
  });
  if (workload.kind === 'pod' && workload.replicas !== 1)
    report.at(
      [...path, 'replicas'],
      `\`kind: pod\` is one pod, not ${workload.replicas}`,
      'leave replicas out, or use kind: deployment',
    );
  const longest = podNames(workload).at(-1) ?? '';
  if (longest.length > MAX_LABEL)
    report.at(
      [...path, 'name'],
      `the pod name ${longest} has ${longest.length} characters; a host name has at most ${MAX_LABEL}`,
      `shorten it to ${MAX_LABEL - (longest.length - workload.name.length)} characters or fewer`,
    );
  workload.containers.forEach((container, i) => {
    const first = workload.containers.findIndex((other) => other.name === container.name);
    if (first < i)
      report.at(
        [...path, 'containers', i, 'name'],
        `there are two containers called "${container.name}" in ${workload.name}`,
        'give each container of a pod a name of its own',
      );
  });
}

/** One port of a node can lead to one pod only: the second portmap rule would never be met. */
function checkHostPorts(raw: RawLab, report: Report): void {
  const takenBy = new Map<string, string>();
  const nodes = raw.cluster.nodes.map((node) => node.name);
  for (const [w, workload] of raw.workloads.entries()) {
    const on = workload.nodes ?? nodes;
    const wanted = new Set<string>();
    for (const [i, pod] of podNames(workload).entries()) {
      const node = on[i % on.length];
      for (const [p, port] of workload.ports.entries()) {
        const key = `${node} ${port.hostPort}/${port.protocol}`;
        const other = takenBy.get(key);
        if (other === undefined) takenBy.set(key, pod);
        else if (!wanted.has(`${p}`)) {
          wanted.add(`${p}`);
          report.at(
            ['workloads', w, 'ports', p, 'hostPort'],
            `port ${port.hostPort}/${port.protocol} of node ${node} is already taken by pod ${other}`,
            `pod ${pod} needs another port or another node`,
          );
        }
      }
    }
  }
}
