// Address planning: node addresses, node podCIDRs and pod addresses, all decided before a kernel is touched.
import { BITS, type Cidr, covers, gateway, last, lastHost, overlaps, size } from './cidr.ts';

/**
 * Addresses for the nodes: those given stay, the others get the lowest free ones after the gateway, in order.
 * Undefined where the range is full.
 */
export function assignAddresses(
  underlay: Cidr,
  given: readonly (bigint | undefined)[],
): readonly (bigint | undefined)[] {
  const taken = new Set(given.filter((address) => address !== undefined));
  let next = gateway(underlay) + 1n;
  return given.map((address) => {
    if (address !== undefined) return address;
    while (taken.has(next)) next++;
    return next > lastHost(underlay) ? undefined : next++;
  });
}

/**
 * Cuts a range for every node: those given stay, the others get the lowest free blocks of `bits`, in order (as the
 * controller manager's node IPAM does). Undefined where `podCIDR` is used up.
 */
export function cutPodCidrs(
  podCIDR: Cidr,
  bits: number,
  given: readonly (Cidr | undefined)[],
): readonly (Cidr | undefined)[] {
  const { family } = podCIDR;
  const taken = given.filter((cidr) => cidr !== undefined);
  const step = 1n << BigInt(BITS[family] - bits);
  let base = podCIDR.base;
  return given.map((cidr) => {
    if (cidr !== undefined) return cidr;
    for (;;) {
      const block = { family, base, prefix: bits };
      if (bits < podCIDR.prefix || base > last(podCIDR)) return undefined;
      const inTheWay = taken.find((other) => overlaps(other, block));
      // Past the end of what is in the way, rounded up to a block: a given range may be the larger one.
      base = inTheWay ? ((inTheWay.base + size(inTheWay) + step - 1n) / step) * step : base + step;
      if (!inTheWay && covers(podCIDR, block)) return block;
    }
  });
}

/** Hands out a node's pod addresses of one family: from .2 or ::2 upwards, one after the other. */
export class PodAddresses {
  readonly #next = new Map<string, number>();

  /** The next address on this node; undefined when its range is full. */
  take(node: string, podCIDR: Cidr): bigint | undefined {
    const nth = this.wanted(node);
    this.#next.set(node, nth + 1);
    const address = gateway(podCIDR) + 1n + BigInt(nth);
    return address <= lastHost(podCIDR) ? address : undefined;
  }

  /** How many have been asked for, by node: more than the capacity when some were refused. */
  wanted(node: string): number {
    return this.#next.get(node) ?? 0;
  }
}
