// Gives every node its address and its podCIDR, of each family that the lab has, and finds ranges that cannot work together.
import { checkIpv6 } from './check-ipv6.ts';
import {
  BITS,
  type Cidr,
  contains,
  covers,
  formatAddress,
  formatCidr,
  gateway,
  hostCapacity,
  lastHost,
  overlaps,
  parseAddress,
  size,
} from './cidr.ts';
import { rangesOf, TERMS, type Terms } from './family-terms.ts';
import { assignAddresses, cutPodCidrs } from './ipam.ts';
import type { LabNode } from './lab.ts';
import { range } from './range.ts';
import type { Report } from './report.ts';
import type { RawLab } from './schema.ts';

/** Nodes with everything pinned. Where that was impossible a problem is in the report and a node is left out. */
export function planNodes(raw: RawLab, report: Report): readonly LabNode[] {
  const ipv4 = planFamily(raw, TERMS[4], report);
  checkIpv6(raw, report);
  const ipv6 = planFamily(raw, TERMS[6], report);
  return raw.cluster.nodes.flatMap(({ name, role }, i) => {
    const [own, own6] = [ipv4[i], ipv6[i]];
    if (own === undefined) return [];
    return [{ name, role, ...own, ...(own6 && { address6: own6.address, podCIDR6: own6.podCIDR }) }];
  });
}

/** @returns for each node, in order; undefined where it could not be planned (see the report). Empty without the family */
function planFamily(raw: RawLab, terms: Terms, report: Report) {
  const ranges = rangesOf(raw, terms);
  if (ranges === undefined) return [];
  const underlay = range(ranges.underlay, ['cluster', terms.underlay], report);
  const podCIDR = range(ranges.podCIDR, ['network', terms.podCIDR], report);
  if (overlaps(underlay, podCIDR))
    report.at(
      ['network', terms.podCIDR],
      `the pods' range ${formatCidr(podCIDR)} overlaps the nodes' network ${formatCidr(underlay)}`,
      `pods and nodes need ranges of their own: change network.${terms.podCIDR} or cluster.${terms.underlay}`,
    );
  const addresses = planAddresses(raw, terms, underlay, podCIDR, report);
  const cidrs = planCidrs(raw, terms, podCIDR, report);
  return addresses.map((address, i) => {
    const cidr = cidrs[i];
    return address === undefined || cidr === undefined
      ? undefined
      : { address: formatAddress(address, cidr.family), podCIDR: formatCidr(cidr) };
  });
}

function planAddresses(raw: RawLab, terms: Terms, underlay: Cidr, podCIDR: Cidr, report: Report) {
  const { nodes } = raw.cluster;
  const format = (address: bigint) => formatAddress(address, underlay.family);
  const given = nodes.map(({ [terms.address]: text }) =>
    text === undefined ? undefined : parseAddress(text),
  );
  given.forEach((address, i) => {
    if (address === undefined) return;
    const path = ['cluster', 'nodes', i, terms.address];
    const shown = format(address);
    const free = `usable are ${format(gateway(underlay) + 1n)} to ${format(lastHost(underlay))}`;
    const first = given.indexOf(address);
    if (contains(podCIDR, address))
      report.at(path, `node address ${shown} is inside the pods' range ${formatCidr(podCIDR)}`, free);
    else if (!contains(underlay, address))
      report.at(path, `node address ${shown} is outside the nodes' network ${formatCidr(underlay)}`, free);
    else if (address === underlay.base)
      report.at(path, `${shown} is the ${terms.base} of ${formatCidr(underlay)}`, free);
    else if (address > lastHost(underlay))
      report.at(path, `${shown} is the broadcast address of ${formatCidr(underlay)}`, free);
    else if (address === gateway(underlay))
      report.at(path, `${shown} is the gateway of ${formatCidr(underlay)}`, free);
    else if (first < i) report.at(path, `node ${nodes[first]?.name} already has the address ${shown}`, free);
  });
  const assigned = assignAddresses(underlay, given);
  if (assigned.includes(undefined))
    report.at(
      ['cluster', terms.underlay],
      `${formatCidr(underlay)} has room for ${hostCapacity(underlay)} nodes, the lab has ${nodes.length}`,
      `${terms.taken} are taken; use a shorter prefix`,
    );
  return assigned;
}

function planCidrs(raw: RawLab, terms: Terms, podCIDR: Cidr, report: Report) {
  const { nodes } = raw.cluster;
  const pathOf = (i: number) => ['cluster', 'nodes', i, terms.podCIDR];
  const given = nodes.map(({ [terms.podCIDR]: text }, i) =>
    text === undefined ? undefined : range(text, pathOf(i), report),
  );
  given.forEach((cidr, i) => {
    if (cidr === undefined) return;
    const path = pathOf(i);
    const shown = formatCidr(cidr);
    const other = given.findIndex((earlier, j) => j < i && earlier !== undefined && overlaps(earlier, cidr));
    const otherCidr = given[other];
    if (!covers(podCIDR, cidr))
      report.at(path, `${shown} is not inside network.${terms.podCIDR} ${formatCidr(podCIDR)}`);
    else if (otherCidr !== undefined)
      report.at(path, `${shown} overlaps ${formatCidr(otherCidr)} of node ${nodes[other]?.name}`);
    // host-local takes nothing smaller, though an IPv6 /127 had one address to spare.
    if (size(cidr) < 4n) {
      const smallest = BITS[cidr.family] - 2;
      report.at(path, `${shown} has no address for a pod`, `the smallest range with one is a /${smallest}`);
    }
  });
  const bits = raw.network[terms.nodeMaskBits];
  const cut = cutPodCidrs(podCIDR, bits, given);
  if (cut.includes(undefined)) {
    const room = bits < podCIDR.prefix ? 0n : 1n << BigInt(bits - podCIDR.prefix);
    report.at(
      ['network', terms.podCIDR],
      `${formatCidr(podCIDR)} has room for ${room} ${room === 1n ? 'node' : 'nodes'} of /${bits} each, the lab has ${nodes.length}`,
      `use a shorter prefix for network.${terms.podCIDR}, or a longer network.${terms.nodeMaskBits}`,
    );
  }
  return cut;
}
