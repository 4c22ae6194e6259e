// What a lab file calls the things that both families have, and what is different about them, in words.
import type { RawLab } from './schema.ts';
import { DEFAULT_UNDERLAY6 } from './schema-parts.ts';

const IPV4 = {
  address: 'address',
  podCIDR: 'podCIDR',
  underlay: 'underlay',
  nodeMaskBits: 'nodeMaskBits',
  base: 'network address',
  taken: 'the network, gateway and broadcast address',
  podAddress: 'pod address',
  private: 'private range such as 10.244.0.0/16',
} as const;

const IPV6 = {
  address: 'address6',
  podCIDR: 'podCIDR6',
  underlay: 'underlay6',
  nodeMaskBits: 'nodeMaskBits6',
  base: 'subnet-router anycast address',
  taken: 'the subnet-router anycast address and the gateway',
  podAddress: 'IPv6 pod address',
  private: 'unique local range such as fd00:10:244::/56',
} as const;

export const TERMS = { 4: IPV4, 6: IPV6 } as const;
export type Terms = (typeof TERMS)[keyof typeof TERMS];

/** A family's ranges as the file has them; undefined where the lab is without it. IPv4's defaults are in the schema. */
export function rangesOf({ cluster, network }: RawLab, { underlay, podCIDR: key }: Terms) {
  const podCIDR = network[key];
  return podCIDR === undefined ? undefined : { underlay: cluster[underlay] ?? DEFAULT_UNDERLAY6, podCIDR };
}
