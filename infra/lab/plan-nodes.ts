// Gives every node its address and its podCIDR, and finds ranges that cannot work together.
import {
  type Cidr,
  contains,
  covers,
  formatAddress,
  formatCidr,
  gateway,
  hostCapacity,
  last,
  overlaps,
  parseAddress,
  size,
} from './cidr.ts';
import { assignAddresses, cutPodCidrs } from './ipam.ts';
import type { LabNode } from './lab.ts';
import { planNodes6 } from './plan-nodes6.ts';
import { range } from './range.ts';
import type { Report } from './report.ts';
import type { RawLab } from './schema.ts';

/** Nodes with everything pinned. Where that was impossible a problem is in the report and a node is left out. */
export function planNodes(raw: RawLab, report: Report): readonly LabNode[] {
  const underlay = range(raw.cluster.underlay, ['cluster', 'underlay'], report);
  const podCIDR = range(raw.network.podCIDR, ['network', 'podCIDR'], report);
  if (overlaps(underlay, podCIDR))
    report.at(
      ['network', 'podCIDR'],
      `the pods' range ${formatCidr(podCIDR)} overlaps the nodes' network ${formatCidr(underlay)}`,
      'pods and nodes need ranges of their own: change network.podCIDR or cluster.underlay',
    );
  const addresses = planAddresses(raw, underlay, podCIDR, report);
  const cidrs = planCidrs(raw, podCIDR, report);
  const ipv6 = planNodes6(raw, report);
  return raw.cluster.nodes.flatMap((node, i) => {
    const address = addresses[i];
    const cidr = cidrs[i];
    if (address === undefined || cidr === undefined) return [];
    const { name, role } = node;
    return [{ name, role, address: formatAddress(address), podCIDR: formatCidr(cidr), ...ipv6[i] }];
  });
}

function planAddresses(raw: RawLab, underlay: Cidr, podCIDR: Cidr, report: Report) {
  const { nodes } = raw.cluster;
  const given = nodes.map((node) => (node.address === undefined ? undefined : parseAddress(node.address)));
  given.forEach((address, i) => {
    if (address === undefined) return;
    const path = ['cluster', 'nodes', i, 'address'];
    const shown = formatAddress(address);
    const free = `usable are ${formatAddress(gateway(underlay) + 1)} to ${formatAddress(last(underlay) - 1)}`;
    const first = given.indexOf(address);
    if (contains(podCIDR, address))
      report.at(path, `node address ${shown} is inside the pods' range ${formatCidr(podCIDR)}`, free);
    else if (!contains(underlay, address))
      report.at(path, `node address ${shown} is outside the nodes' network ${formatCidr(underlay)}`, free);
    else if (address === underlay.base)
      report.at(path, `${shown} is the network address of ${formatCidr(underlay)}`, free);
    else if (address === last(underlay))
      report.at(path, `${shown} is the broadcast address of ${formatCidr(underlay)}`, free);
    else if (address === gateway(underlay))
      report.at(path, `${shown} is the gateway of ${formatCidr(underlay)}`, free);
    else if (first < i) report.at(path, `node ${nodes[first]?.name} already has the address ${shown}`, free);
  });
  const assigned = assignAddresses(underlay, given);
  if (assigned.includes(undefined))
    report.at(
      ['cluster', 'underlay'],
      `${formatCidr(underlay)} has room for ${hostCapacity(underlay)} nodes, the lab has ${nodes.length}`,
      'the network, gateway and broadcast address are taken; use a shorter prefix',
    );
  return assigned;
}

function planCidrs(raw: RawLab, podCIDR: Cidr, report: Report) {
  const { nodes } = raw.cluster;
  const given = nodes.map((node, i) =>
    node.podCIDR === undefined ? undefined : range(node.podCIDR, ['cluster', 'nodes', i, 'podCIDR'], report),
  );
  given.forEach((cidr, i) => {
    if (cidr === undefined) return;
    const path = ['cluster', 'nodes', i, 'podCIDR'];
    const other = given.findIndex((earlier, j) => j < i && earlier !== undefined && overlaps(earlier, cidr));
    const otherCidr = given[other];
    if (!covers(podCIDR, cidr))
      report.at(path, `${formatCidr(cidr)} is not inside network.podCIDR ${formatCidr(podCIDR)}`);
    else if (otherCidr !== undefined)
      report.at(path, `${formatCidr(cidr)} overlaps ${formatCidr(otherCidr)} of node ${nodes[other]?.name}`);
    if (size(cidr) < 4)
      report.at(path, `${formatCidr(cidr)} has no address for a pod`, 'the smallest range with one is a /30');
  });
  const bits = raw.network.nodeMaskBits;
  const cut = cutPodCidrs(podCIDR, bits, given);
  if (cut.includes(undefined)) {
    const room = bits < podCIDR.prefix ? 0 : 2 ** (bits - podCIDR.prefix);
    report.at(
      ['network', 'podCIDR'],
      `${formatCidr(podCIDR)} has room for ${room} ${room === 1 ? 'node' : 'nodes'} of /${bits} each, the lab has ${nodes.length}`,
      'use a shorter prefix for network.podCIDR, or a longer network.nodeMaskBits',
    );
  }
  return cut;
}
