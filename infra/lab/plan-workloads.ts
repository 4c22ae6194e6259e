// Places pods on nodes, names them and pins their addresses; finds workloads that cannot be made so.
import { formatAddress, hostCapacity, parseCidr } from './cidr.ts';
import { formatAddress6, hostCapacity6, parseCidr6 } from './cidr6.ts';
import { PodAddresses } from './ipam.ts';
import { PodAddresses6 } from './ipam6.ts';
import type { LabNode, LabPod, LabWorkload } from './lab.ts';
import { MAX_LABEL, podNames } from './names.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';
import type { RawLab } from './schema.ts';
import { suggest } from './suggest.ts';

/** More network namespaces than this on one machine is a mistake in the file. */
export const MAX_PODS = 5000;

type RawWorkload = RawLab['workloads'][number];

/** `nodes` are those that could be planned: pods of a node that could not are left out, without a second problem. */
export function planWorkloads(
  raw: RawLab,
  nodes: readonly LabNode[],
  report: Report,
): readonly LabWorkload[] {
  const total = raw.workloads.reduce((sum, workload) => sum + workload.replicas, 0);
  if (total > MAX_PODS) {
    report.at(
      ['workloads'],
      `the lab asks for ${total} pods; at most ${MAX_PODS} are made`,
      'lower replicas',
    );
    return [];
  }
  if (total > 0 && raw.cluster.nodes.length === 0) {
    report.at(['cluster', 'nodes'], `the lab has ${total} pods and no node to run them on`, 'add a node');
    return [];
  }
  const names = raw.cluster.nodes.map((node) => node.name);
  const planned = new Map(nodes.map((node) => [node.name, node]));
  const addresses = new PodAddresses();
  const addresses6 = new PodAddresses6();
  const full = new Map<string, Path>();
  const full6 = new Map<string, Path>();
  const workloads = raw.workloads.map((workload, w): LabWorkload => {
    const path = ['workloads', w];
    checkWorkload(workload, path, names, report);
    const on = workload.nodes ?? names;
    const pods = podNames(workload).flatMap((name, i): LabPod[] => {
      const node = planned.get(on[i % on.length] ?? '');
      if (!node) return [];
      const address = addresses.take(node.name, parseCidr(node.podCIDR));
      if (address === undefined && !full.has(node.name)) full.set(node.name, path);
      const address6 = node.podCIDR6 && addresses6.take(node.name, parseCidr6(node.podCIDR6));
      if (address6 === undefined && node.podCIDR6 && !full6.has(node.name)) full6.set(node.name, path);
      if (address === undefined) return [];
      const { annotations, ports, containers } = workload;
      const pinned = {
        address: formatAddress(address),
        ...(typeof address6 === 'bigint' && { address6: formatAddress6(address6) }),
      };
      return [{ name, node: node.name, ...pinned, annotations, ports, containers }];
    });
    return { name: workload.name, kind: workload.kind, pods };
  });
  for (const [name, path] of full) {
    const node = planned.get(name) as LabNode;
    const capacity = hostCapacity(parseCidr(node.podCIDR));
    report.at(
      path,
      `node ${name} has ${capacity} pod ${capacity === 1 ? 'address' : 'addresses'} in ${node.podCIDR}, and the lab puts ${addresses.wanted(name)} pods there`,
      'the network, gateway and broadcast address are not for pods; spread the pods or shorten network.nodeMaskBits',
    );
  }
  for (const [name, path] of full6) {
    const { podCIDR6 = '' } = planned.get(name) as LabNode;
    report.at(
      path,
      `node ${name} has ${hostCapacity6(parseCidr6(podCIDR6))} IPv6 pod addresses in ${podCIDR6}, and the lab puts ${addresses6.wanted(name)} pods there`,
      'the subnet-router anycast address and the gateway are not for pods; spread the pods or shorten network.nodeMaskBits6',
    );
  }
  checkHostPorts(raw, report);
  return workloads;
}

function checkWorkload(workload: RawWorkload, path: Path, nodes: readonly string[], report: Report): void {
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
