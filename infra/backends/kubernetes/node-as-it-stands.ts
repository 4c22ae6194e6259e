// A node of the lab with the addresses and ranges for pods that the cluster has really given it. Pure.
import type { LabNode } from '../../lab/lab.ts';

/** Of `v1.Node`, as far as it is looked at. */
export interface NodeShape {
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

/** What the cluster does not say of IPv4 stays as planned, but for the range: there may be none. */
export function nodeAsItStands(
  { name, role, address }: LabNode,
  { spec, status }: NodeShape,
): Omit<LabNode, 'podCIDR'> & { readonly podCIDR?: string } {
  const internal = (status?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP')
    .map((one) => one.address);
  const ranges = spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []);
  const ofIPv4 = (texts: readonly string[]) => texts.find((text) => !text.includes(':'));
  const ofIPv6 = (texts: readonly string[]) => texts.find((text) => text.includes(':'));
  const [podCIDR, podCIDR6, address6] = [ofIPv4(ranges), ofIPv6(ranges), ofIPv6(internal)];
  return {
    ...{ name, role, address: ofIPv4(internal) ?? address },
    ...(podCIDR !== undefined && { podCIDR }),
    ...(podCIDR6 !== undefined && { podCIDR6 }),
    ...(address6 !== undefined && { address6 }),
  };
}
