// Gives every node of a dual-stack lab its IPv6 address and podCIDR, and finds ranges that cannot work together.
import {
  type Cidr6,
  contains6,
  covers6,
  formatAddress6,
  formatCidr6,
  gateway6,
  hasHostBits6,
  hostCapacity6,
  last6,
  overlaps6,
  parseAddress6,
  parseCidr6,
  size6,
  specialRange6,
} from './cidr6.ts';
import { assignAddresses6, cutPodCidrs6 } from './ipam6.ts';
import type { LabNode } from './lab.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';
import type { RawLab } from './schema.ts';
import { DEFAULT_UNDERLAY6 } from './schema-parts.ts';

export type NodeIpv6 = Required<Pick<LabNode, 'address6' | 'podCIDR6'>>;

/** The least that every link must carry in one piece, bytes (RFC 8200, section 5): the kernel has no IPv6 below it. */
const MIN_MTU = 1280;

/** @returns for each node, in order; undefined where the lab has no IPv6, or it could not be planned (see the report) */
export function planNodes6(raw: RawLab, report: Report): readonly (NodeIpv6 | undefined)[] {
  const { nodes } = raw.cluster;
  const { podCIDR6: text, nodeMaskBits6, type, mtu } = raw.network;
  if (text === undefined) {
    checkNone(raw, report);
    return nodes.map(() => undefined);
  }
  if (type === 'flannel')
    report.at(
      ['network', 'podCIDR6'],
      'a network of type flannel has IPv4 only',
      'leave podCIDR6 out, or use type: kindnet or type: conflist',
    );
  if (mtu !== undefined && mtu < MIN_MTU)
    report.at(
      ['network', 'mtu'],
      `IPv6 needs an MTU of at least ${MIN_MTU} (RFC 8200), and this is ${mtu}`,
      'a larger mtu, or no podCIDR6',
    );
  const underlay = range(raw.cluster.underlay6 ?? DEFAULT_UNDERLAY6, ['cluster', 'underlay6'], report);
  const podCIDR = range(text, ['network', 'podCIDR6'], report);
  if (overlaps6(underlay, podCIDR))
    report.at(
      ['network', 'podCIDR6'],
      `the pods' range ${formatCidr6(podCIDR)} overlaps the nodes' network ${formatCidr6(underlay)}`,
      'pods and nodes need ranges of their own: change network.podCIDR6 or cluster.underlay6',
    );
  const addresses = planAddresses(raw, underlay, podCIDR, report);
  const cidrs = planCidrs(raw, podCIDR, nodeMaskBits6, report);
  return nodes.map((_, i) => {
    const [address, cidr] = [addresses[i], cidrs[i]];
    return address === undefined || cidr === undefined
      ? undefined
      : { address6: formatAddress6(address), podCIDR6: formatCidr6(cidr) };
  });
}

/** A node's IPv6 without the pods' would be no dual-stack cluster as Kubernetes has it. */
function checkNone(raw: RawLab, report: Report): void {
  const hint = 'add network.podCIDR6, the range that all IPv6 pod addresses come from';
  if (raw.cluster.underlay6 !== undefined)
    report.at(['cluster', 'underlay6'], 'the nodes have an IPv6 network, and the pods have none', hint);
  for (const [i, node] of raw.cluster.nodes.entries())
    for (const key of ['address6', 'podCIDR6'] as const)
      if (node[key] !== undefined)
        report.at(
          ['cluster', 'nodes', i, key],
          `node ${node.name} has ${key}, and the lab has no IPv6`,
          hint,
        );
}

function planAddresses(raw: RawLab, underlay: Cidr6, podCIDR: Cidr6, report: Report) {
  const { nodes } = raw.cluster;
  const given = nodes.map((node) => (node.address6 === undefined ? undefined : parseAddress6(node.address6)));
  given.forEach((address, i) => {
    if (address === undefined) return;
    const path = ['cluster', 'nodes', i, 'address6'];
    const shown = formatAddress6(address);
    const free = `usable are ${formatAddress6(gateway6(underlay) + 1n)} to ${formatAddress6(last6(underlay))}`;
    const first = given.indexOf(address);
    if (contains6(podCIDR, address))
      report.at(path, `node address ${shown} is inside the pods' range ${formatCidr6(podCIDR)}`, free);
    else if (!contains6(underlay, address))
      report.at(path, `node address ${shown} is outside the nodes' network ${formatCidr6(underlay)}`, free);
    else if (address === underlay.base)
      report.at(path, `${shown} is the subnet-router anycast address of ${formatCidr6(underlay)}`, free);
    else if (address === gateway6(underlay))
      report.at(path, `${shown} is the gateway of ${formatCidr6(underlay)}`, free);
    else if (first < i) report.at(path, `node ${nodes[first]?.name} already has the address ${shown}`, free);
  });
  const assigned = assignAddresses6(underlay, given);
  if (assigned.includes(undefined))
    report.at(
      ['cluster', 'underlay6'],
      `${formatCidr6(underlay)} has room for ${hostCapacity6(underlay)} nodes, the lab has ${nodes.length}`,
      'the subnet-router anycast address and the gateway are taken; use a shorter prefix',
    );
  return assigned;
}

function planCidrs(raw: RawLab, podCIDR: Cidr6, bits: number, report: Report) {
  const { nodes } = raw.cluster;
  const given = nodes.map((node, i) =>
    node.podCIDR6 === undefined
      ? undefined
      : range(node.podCIDR6, ['cluster', 'nodes', i, 'podCIDR6'], report),
  );
  given.forEach((cidr, i) => {
    if (cidr === undefined) return;
    const path = ['cluster', 'nodes', i, 'podCIDR6'];
    const other = given.findIndex((earlier, j) => j < i && earlier !== undefined && overlaps6(earlier, cidr));
    const otherCidr = given[other];
    if (!covers6(podCIDR, cidr))
      report.at(path, `${formatCidr6(cidr)} is not inside network.podCIDR6 ${formatCidr6(podCIDR)}`);
    else if (otherCidr !== undefined)
      report.at(
        path,
        `${formatCidr6(cidr)} overlaps ${formatCidr6(otherCidr)} of node ${nodes[other]?.name}`,
      );
    // host-local takes nothing smaller, though a /127 had one address to spare.
    if (size6(cidr) < 4n)
      report.at(
        path,
        `${formatCidr6(cidr)} has no address for a pod`,
        'the smallest range with one is a /126',
      );
  });
  const cut = cutPodCidrs6(podCIDR, bits, given);
  if (cut.includes(undefined)) {
    const room = bits < podCIDR.prefix ? 0n : 2n ** BigInt(bits - podCIDR.prefix);
    report.at(
      ['network', 'podCIDR6'],
      `${formatCidr6(podCIDR)} has room for ${room} ${room === 1n ? 'node' : 'nodes'} of /${bits} each, the lab has ${nodes.length}`,
      'use a shorter prefix for network.podCIDR6, or a longer network.nodeMaskBits6',
    );
  }
  return cut;
}

function range(text: string, path: Path, report: Report): Cidr6 {
  const cidr = parseCidr6(text);
  const special = specialRange6(cidr);
  if (hasHostBits6(text))
    report.at(path, `${text} names a host, not a range`, `did you mean ${formatCidr6(cidr)}?`);
  else if (special !== undefined)
    report.at(
      path,
      `${text} overlaps ${special}: such addresses are not routed`,
      'use a unique local range such as fd00:10:244::/56',
    );
  return cidr;
}
