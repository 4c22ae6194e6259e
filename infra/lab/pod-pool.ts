// Pod addresses of one family, node by node; a node whose range is too small for its pods is a problem in the report.
import { formatAddress, hostCapacity, parseCidr } from './cidr.ts';
import type { Terms } from './family-terms.ts';
import { PodAddresses } from './ipam.ts';
import type { LabNode } from './lab.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';

export class PodPool {
  readonly #terms: Terms;
  readonly #addresses = new PodAddresses();
  /** Where the first pod stands that a node had no address for. */
  readonly #full = new Map<LabNode, Path>();

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  /**
   * @param path of the workload that the pod is of
   * @returns undefined when the node has none left, or none of this family
   */
  take(node: LabNode, path: Path): string | undefined {
    const { [this.#terms.podCIDR]: text } = node;
    if (text === undefined) return undefined;
    const podCIDR = parseCidr(text);
    const address = this.#addresses.take(node.name, podCIDR);
    if (address !== undefined) return formatAddress(address, podCIDR.family);
    if (!this.#full.has(node)) this.#full.set(node, path);
    return undefined;
  }

  /** One problem for every node that was asked for too many. */
  check(report: Report): void {
    const { podCIDR: key, podAddress, taken, nodeMaskBits } = this.#terms;
    for (const [node, path] of this.#full) {
      const { name, [key]: podCIDR = '' } = node;
      const capacity = hostCapacity(parseCidr(podCIDR));
      const wanted = this.#addresses.wanted(name);
      report.at(
        path,
        `node ${name} has ${capacity} ${podAddress}${capacity === 1n ? '' : 'es'} in ${podCIDR}, and the lab puts ${wanted} pods there`,
        `${taken} are not for pods; spread the pods or shorten network.${nodeMaskBits}`,
      );
    }
  }
}
