// Addresses and ranges of both families as numbers: parse, contain, overlap, nth address. All other arithmetic is built on it.
import ipaddr from 'ipaddr.js';

/** Version of the Internet Protocol. */
export type Family = 4 | 6;

/** A range whose host bits are zero. */
export interface Cidr {
  readonly family: Family;
  /** The network address, as an unsigned number of 32 or 128 bits. */
  readonly base: bigint;
  /** Prefix length, 0 … 32 or 128. */
  readonly prefix: number;
}

/** Bits of an address. */
export const BITS: Readonly<Record<Family, number>> = { 4: 32, 6: 128 };

const PARSERS = { 4: ipaddr.IPv4, 6: ipaddr.IPv6 } as const;

const writtenAs = (text: string): Family => (text.includes(':') ? 6 : 4);

/**
 * `a.b.c.d/n` or `x::/n`. Host bits are cleared; see {@link hasHostBits}.
 * @param family the only one to take. @default the one that it is written as
 * @throws when it is no CIDR of the family
 */
export function parseCidr(text: string, family: Family = writtenAs(text)): Cidr {
  const [address, prefix] = PARSERS[family].parseCIDR(text);
  const hostBits = BigInt(BITS[family] - prefix);
  return { family, base: (toNumber(address) >> hostBits) << hostBits, prefix };
}

/** Whether the text names a host inside a range (10.0.0.5/24) and not the range itself (10.0.0.0/24). */
export function hasHostBits(text: string): boolean {
  return toNumber(PARSERS[writtenAs(text)].parseCIDR(text)[0]) !== parseCidr(text).base;
}

/**
 * @param family the only one to take. @default the one that it is written as
 * @throws when it is no address of the family
 */
export function parseAddress(text: string, family: Family = writtenAs(text)): bigint {
  return toNumber(PARSERS[family].parse(text));
}

/** Undefined of what is no address. Of a zone (`fe80::1%eth0`) a lab's file knows nothing: such an address is none. */
export function familyOf(text: string): Family | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return 4;
  return !text.includes('%') && ipaddr.IPv6.isValid(text) ? 6 : undefined;
}

export function isAddress(text: string): boolean {
  return familyOf(text) !== undefined;
}

/** As the kernel and, for IPv6, RFC 5952 write it. */
export function formatAddress(address: bigint, family: Family): string {
  const bytes = Array.from({ length: BITS[family] / 8 }, (_, i) =>
    Number((address >> BigInt(BITS[family] - 8 * (i + 1))) & 255n),
  );
  return new PARSERS[family](bytes).toString();
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.base, cidr.family)}/${cidr.prefix}`;
}

/** Addresses in the range, those that no host can have included. */
export function size(cidr: Cidr): bigint {
  return 1n << BigInt(BITS[cidr.family] - cidr.prefix);
}

/** The last address: in IPv4, broadcast. */
export function last(cidr: Cidr): bigint {
  return cidr.base + size(cidr) - 1n;
}

/** @param address of the range's family */
export function contains(cidr: Cidr, address: bigint): boolean {
  return address >= cidr.base && address <= last(cidr);
}

export function covers(outer: Cidr, inner: Cidr): boolean {
  return outer.family === inner.family && outer.prefix <= inner.prefix && contains(outer, inner.base);
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return covers(a, b) || covers(b, a);
}

/** First usable address: the bridge's and the veths' own (CNI's host-local reserves it as gateway). */
export function gateway(cidr: Cidr): bigint {
  return cidr.base + 1n;
}

export function formatGateway(cidr: Cidr): string {
  return formatAddress(gateway(cidr), cidr.family);
}

/** The last address that a host can have: IPv6 has no broadcast address. Before the gateway when the range is too small. */
export function lastHost(cidr: Cidr): bigint {
  return cidr.family === 4 ? last(cidr) - 1n : last(cidr);
}

/**
 * How many hosts fit beside the gateway and what is no host's: the network and broadcast address of IPv4, the
 * subnet-router anycast address of IPv6 (RFC 4291, section 2.6.1). Never negative.
 */
export function hostCapacity(cidr: Cidr): bigint {
  const capacity = lastHost(cidr) - gateway(cidr);
  return capacity > 0n ? capacity : 0n;
}

/** What a kernel would not route between pods, so a lab cannot use it (RFC 6890). */
const SPECIAL: readonly (readonly [cidr: string, what: string])[] = [
  ['0.0.0.0/8', '"this network"'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/127', 'unspecified and loopback'],
  ['::ffff:0:0/96', 'IPv4-mapped'],
  ['100::/64', 'discard-only'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
];

/** The special-purpose range that this one touches, in words. */
export function specialRange(cidr: Cidr): string | undefined {
  return SPECIAL.find(([special]) => overlaps(parseCidr(special), cidr))?.join(', ');
}

function toNumber(address: ipaddr.IPv4 | ipaddr.IPv6): bigint {
  return address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
