// The way out of the cluster: addresses of the router and of the host behind it, and the ranges that are in its way.
import {
  formatAddress,
  formatCidr,
  formatGateway,
  gateway,
  hostCapacity,
  overlaps,
  parseCidr,
} from './cidr.ts';
import type { LabOutside } from './lab.ts';
import { range } from './range.ts';
import type { Report } from './report.ts';
import type { RawLab } from './schema.ts';

/** Undefined where the lab has none. The host gets the first address after the gateway. */
export function planOutside(raw: RawLab, report: Report): LabOutside | undefined {
  const { outside } = raw.cluster;
  if (outside === undefined) return undefined;
  const path = ['cluster', 'outside', 'cidr'];
  const cidr = range(outside.cidr, path, report);
  const underlay = parseCidr(raw.cluster.underlay);
  const others = [
    ['the nodes’ network', underlay],
    ['the pods’ range', parseCidr(raw.network.podCIDR)],
  ] as const;
  for (const [what, other] of others)
    if (overlaps(cidr, other))
      report.at(
        path,
        `the outside ${formatCidr(cidr)} overlaps ${what} ${formatCidr(other)}`,
        'what is outside needs a range of its own, such as 203.0.113.0/24',
      );
  if (hostCapacity(cidr) < 1n)
    report.at(
      path,
      `${formatCidr(cidr)} has no room for the router and a host`,
      'the smallest range with both is a /30',
    );
  return {
    cidr: formatCidr(cidr),
    router: {
      name: outside.router,
      address: formatGateway(underlay),
      outsideAddress: formatGateway(cidr),
    },
    host: { name: outside.host, address: formatAddress(gateway(cidr) + 1n, cidr.family) },
  };
}
