// Address planning for IPv6, by the rules that ipam.ts has for IPv4.
import { type Cidr6, contains6, covers6, gateway6, hostCapacity6, last6, overlaps6, size6 } from './cidr6.ts';

/** Addresses for the nodes: those given stay, the others get the lowest free ones after the gateway, in order. */
export function assignAddresses6(
  underlay: Cidr6,
  given: readonly (bigint | undefined)[],
): readonly (bigint | undefined)[] {
  const taken = new Set(given.filter((address) => address !== undefined));
  let next = gateway6(underlay) + 1n;
  return given.map((address) => {
    if (address !== undefined) return address;
    while (taken.has(next)) next++;
    if (next > last6(underlay)) return undefined;
    return next++;
  });
}

/** Cuts a range for every node: those given stay, the others get the lowest free blocks of `bits`, in order. */
export function cutPodCidrs6(
  podCIDR: Cidr6,
  bits: number,
  given: readonly (Cidr6 | undefined)[],
): readonly (Cidr6 | undefined)[] {
  const taken = given.filter((cidr) => cidr !== undefined);
  const step = 2n ** BigInt(128 - bits);
  let base = podCIDR.base;
  return given.map((cidr) => {
    if (cidr !== undefined) return cidr;
    for (;;) {
      const block = { base, prefix: bits };
      if (bits < podCIDR.prefix || base > last6(podCIDR)) return undefined;
      const inTheWay = taken.find((other) => overlaps6(other, block));
      // Past the end of what is in the way, rounded up to a block: a given range may be the larger one.
      base = inTheWay ? ((inTheWay.base + size6(inTheWay) + step - 1n) / step) * step : base + step;
      if (!inTheWay && covers6(podCIDR, block)) return block;
    }
  });
}

/** Hands out a node's pod addresses: from ::2 upwards, one after the other. */
export class PodAddresses6 {
  readonly #next = new Map<string, bigint>();

  /** The next address on this node; undefined when its range is full. */
  take(node: string, podCIDR: Cidr6): bigint | undefined {
    const nth = this.#next.get(node) ?? 0n;
    this.#next.set(node, nth + 1n);
    const address = gateway6(podCIDR) + 1n + nth;
    return nth < hostCapacity6(podCIDR) && contains6(podCIDR, address) ? address : undefined;
  }

  /** How many have been asked for, by node: more than the capacity when some were refused. */
  wanted(node: string): bigint {
    return this.#next.get(node) ?? 0n;
  }
}
