// IPv6 ranges as numbers: what cidr.ts is for IPv4. 128 bits take a bigint.
import ipaddr from 'ipaddr.js';

/** A range whose host bits are zero. */
export interface Cidr6 {
  /** The network address, as an unsigned 128-bit number. */
  readonly base: bigint;
  /** Prefix length, 0 … 128. */
  readonly prefix: number;
}

/** `x::/n`. Host bits are cleared; see {@link hasHostBits6}. @throws when it is not an IPv6 CIDR */
export function parseCidr6(text: string): Cidr6 {
  const [address, prefix] = ipaddr.IPv6.parseCIDR(text);
  const number = toNumber(address);
  return { base: number - (number % 2n ** BigInt(128 - prefix)), prefix };
}

/** Whether the text names a host inside a range (fd00::5/64) and not the range itself (fd00::/64). */
export function hasHostBits6(text: string): boolean {
  return toNumber(ipaddr.IPv6.parseCIDR(text)[0]) !== parseCidr6(text).base;
}

/** @throws when it is not an IPv6 address */
export function parseAddress6(text: string): bigint {
  return toNumber(ipaddr.IPv6.parse(text));
}

/** Of a zone (`fe80::1%eth0`) a lab's file knows nothing: such an address is none. */
export function isAddress6(text: string): boolean {
  return !text.includes('%') && ipaddr.IPv6.isValid(text);
}

/** As the kernel and RFC 5952 write it. */
export function formatAddress6(address: bigint): string {
  const parts = Array.from({ length: 8 }, (_, i) => Number((address >> BigInt(112 - 16 * i)) & 0xffffn));
  return new ipaddr.IPv6(parts).toRFC5952String();
}

export function formatCidr6(cidr: Cidr6): string {
  return `${formatAddress6(cidr.base)}/${cidr.prefix}`;
}

/** Addresses in the range, the subnet-router anycast address included. */
export function size6(cidr: Cidr6): bigint {
  return 2n ** BigInt(128 - cidr.prefix);
}

export function last6(cidr: Cidr6): bigint {
  return cidr.base + size6(cidr) - 1n;
}

export function contains6(cidr: Cidr6, address: bigint): boolean {
  return address >= cidr.base && address <= last6(cidr);
}

export function covers6(outer: Cidr6, inner: Cidr6): boolean {
  return outer.prefix <= inner.prefix && contains6(outer, inner.base);
}

export function overlaps6(a: Cidr6, b: Cidr6): boolean {
  return covers6(a, b) || covers6(b, a);
}

/** First usable address: host-local reserves it as gateway, as it does in IPv4. */
export function gateway6(cidr: Cidr6): bigint {
  return cidr.base + 1n;
}

/**
 * How many hosts fit beside the subnet-router anycast address (RFC 4291, section 2.6.1) and the gateway. There is no
 * broadcast address. Never negative.
 */
export function hostCapacity6(cidr: Cidr6): bigint {
  const capacity = size6(cidr) - 2n;
  return capacity > 0n ? capacity : 0n;
}

/** What a kernel would not route between pods, so a lab cannot use it (RFC 6890). */
const SPECIAL: readonly (readonly [cidr: string, what: string])[] = [
  ['::/127', 'unspecified and loopback'],
  ['::ffff:0:0/96', 'IPv4-mapped'],
  ['100::/64', 'discard-only'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
];

/** The special-purpose range that this one touches, in words. */
export function specialRange6(cidr: Cidr6): string | undefined {
  return SPECIAL.find(([special]) => overlaps6(parseCidr6(special), cidr))?.join(', ');
}

function toNumber(address: ipaddr.IPv6): bigint {
  return address.parts.reduce((sum, part) => sum * 65_536n + BigInt(part), 0n);
}
