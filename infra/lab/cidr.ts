// IPv4 ranges as numbers: parse, contain, overlap, nth address. Everything else about addresses is built on these.
import ipaddr from 'ipaddr.js';

/** A range whose host bits are zero. */
export interface Cidr {
  /** The network address, as an unsigned 32-bit number. */
  readonly base: number;
  /** Prefix length, 0 … 32. */
  readonly prefix: number;
}

/** `a.b.c.d/n`. Host bits are cleared; see {@link hasHostBits}. @throws when it is not an IPv4 CIDR */
export function parseCidr(text: string): Cidr {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(text);
  return { base: network(toNumber(address), prefix), prefix };
}

/** Whether the text names a host inside a range (10.0.0.5/24) and not the range itself (10.0.0.0/24). */
export function hasHostBits(text: string): boolean {
  return toNumber(ipaddr.IPv4.parseCIDR(text)[0]) !== parseCidr(text).base;
}

/** @throws when it is not a dotted IPv4 address */
export function parseAddress(text: string): number {
  return toNumber(ipaddr.IPv4.parse(text));
}

export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.base)}/${cidr.prefix}`;
}

/** Addresses in the range, network and broadcast address included. */
export function size(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefix);
}

/** The last address: broadcast. */
export function last(cidr: Cidr): number {
  return cidr.base + size(cidr) - 1;
}

export function contains(cidr: Cidr, address: number): boolean {
  return address >= cidr.base && address <= last(cidr);
}

export function covers(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && contains(outer, inner.base);
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return covers(a, b) || covers(b, a);
}

/** First usable address: the bridge's and the veths' own (CNI's host-local reserves it as gateway). */
export function gateway(cidr: Cidr): number {
  return cidr.base + 1;
}

/** How many hosts fit beside the network, gateway and broadcast address. Never negative. */
export function hostCapacity(cidr: Cidr): number {
  return Math.max(0, size(cidr) - 3);
}

/** What a kernel would not route between pods, so a lab cannot use it (RFC 6890). */
const SPECIAL: readonly (readonly [cidr: string, what: string])[] = [
  ['0.0.0.0/8', '"this network"'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
];

/** The special-purpose range that this one touches, in words. */
export function specialRange(cidr: Cidr): string | undefined {
  return SPECIAL.find(([special]) => overlaps(parseCidr(special), cidr))?.join(', ');
}

function toNumber(address: ipaddr.IPv4): number {
  return address.octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function network(address: number, prefix: number): number {
  return address - (address % 2 ** (32 - prefix));
}
