// The cluster's pod range, from the ranges that the lab gives its nodes: minikube takes the former, Kubernetes hands out the latter.
import { contains, covers, formatCidr, last, parseCidr } from '../../lab/cidr.ts';

/**
 * The smallest IPv4 range that holds every node's. kube-controller-manager cuts it into ranges of `nodePrefix` bits and
 * hands them out in the order in which nodes register.
 * @param podCIDRs of the nodes, in the order in which minikube makes them
 * @throws Error when Kubernetes would not hand them out so
 */
export function clusterCidr(podCIDRs: readonly string[]): {
  readonly cidr: string;
  readonly nodePrefix: number;
} {
  const ranges = podCIDRs.map((text) => parseCidr(text, 4));
  const [first] = ranges;
  if (first === undefined) throw new Error('a cluster without nodes cannot be made');
  const size = 1n << BigInt(32 - first.prefix);
  ranges.forEach((range, index) => {
    if (range.prefix !== first.prefix || range.base !== first.base + BigInt(index) * size)
      throw new Error(
        `on minikube the nodes' podCIDRs follow one another in the nodes' order; ${podCIDRs[index]} is not what node ${index + 1} gets after ${podCIDRs.slice(0, index).join(', ')}`,
      );
  });
  const end = ranges.at(-1) ?? first;
  for (let prefix = first.prefix; prefix >= 0; prefix -= 1) {
    const outer = parseCidr(`${formatCidr(first).split('/')[0]}/${prefix}`, 4);
    if (covers(outer, first) && contains(outer, last(end))) {
      if (outer.base !== first.base)
        throw new Error(
          `on minikube the first node gets the first range of the cluster's: ${podCIDRs[0]} is not the first of ${formatCidr(outer)}; give the lab's network a podCIDR that begins there`,
        );
      return { cidr: formatCidr(outer), nodePrefix: first.prefix };
    }
  }
  throw new Error(`no range holds ${podCIDRs.join(', ')}`);
}
