// What a diagnosis looks things up in: the lab as observed, by address and by name.
import { contains, parseAddress, parseCidr } from '../lab/cidr.ts';
import type { HostSnapshot, InterfaceRow, LabSnapshot } from '../observe/snapshot.ts';
import type { Branch, End, Hop } from '../predict/hop.ts';

export class View {
  readonly lab: LabSnapshot;

  constructor(lab: LabSnapshot) {
    this.lab = lab;
  }

  state(host: string): HostSnapshot | undefined {
    return this.lab.hosts[host];
  }

  interface(host: string, name: string | undefined): InterfaceRow | undefined {
    return this.state(host)?.interfaces.find((row) => row.name === name);
  }

  /** Of the cluster: a router beside it has no business to know where pods are. */
  isNode(host: string): boolean {
    return this.lab.nodes.some(({ name, role }) => name === host && role !== 'router' && role !== 'outside');
  }

  /** The pod that CNI gave this address. */
  pod(address: string) {
    return this.lab.pods.find((pod) => pod.address === address);
  }

  /** The node that an address belongs to: its own, or of its pods' range. */
  nodeOf(address: string) {
    const number = parseAddress(address, 4);
    return (
      this.lab.nodes.find(({ podCIDR }) => podCIDR !== '' && contains(parseCidr(podCIDR, 4), number)) ??
      this.lab.nodes.find(({ name }) => name === this.pod(address)?.node || this.has(name, address))
    );
  }

  has(host: string, address: string): boolean {
    return this.state(host)?.addresses.some((row) => row.address === address) ?? false;
  }

  /** The node's end of a pod's veth, found from both ends' indexes. */
  hostEnd(pod: string): InterfaceRow | undefined {
    const veth = this.lab.veths.find((row) => row.pod === pod);
    return veth && this.interface(veth.node, veth.nodeIf);
  }
}

/** The hops from the sender to this end, in order. */
export function trailTo(branches: readonly Branch[], end: End): readonly Hop[] {
  for (const branch of branches) {
    if (branch === end) return [];
    if (branch.kind !== 'hop') continue;
    const rest = trailTo(branch.children, end);
    if (rest.length > 0 || branch.children.includes(end)) return [branch, ...rest];
  }
  return [];
}
