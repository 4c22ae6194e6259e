// IPv6 prefixes as kernel tools print them, and the addresses that mean something by themselves (RFC 4291).
import { type Cidr6, contains6, formatAddress6, parseAddress6, parseCidr6 } from '../lab/cidr6.ts';

const EVERYTHING: Cidr6 = { base: 0n, prefix: 0 };

/** A table is asked many times for the same few addresses, and 128 bits take their time to read. */
const RANGES = new Map<string, Cidr6>();
const ADDRESSES = new Map<string, bigint>();

function remembered<T>(known: Map<string, T>, text: string, read: (text: string) => T): T {
  let value = known.get(text);
  if (value === undefined) {
    if (known.size > 10_000) known.clear();
    value = read(text);
    known.set(text, value);
  }
  return value;
}

/** @throws Error when it is no IPv6 address */
export const addressNumber = (address: string): bigint => remembered(ADDRESSES, address, parseAddress6);

/** Of `default`, `all`, `any`, an address, or a prefix. @throws Error when it is none of them */
export function rangeOf6(prefix: string): Cidr6 {
  if (prefix === 'default' || prefix === 'all' || prefix === 'any') return EVERYTHING;
  return remembered(RANGES, prefix, (text) =>
    text.includes('/') ? parseCidr6(text) : { base: parseAddress6(text), prefix: 128 },
  );
}

/** Whether an address is in what `rangeOf6` takes. @throws Error when either is no IPv6 */
export function inPrefix6(address: string, prefix: string): boolean {
  return contains6(rangeOf6(prefix), addressNumber(address));
}

export const isLoopback6 = (address: string): boolean => address === '::1';
export const isMulticast6 = (address: string): boolean => /^ff/i.test(address);
export const isLinkLocal6 = (address: string): boolean => inPrefix6(address, 'fe80::/10');
export const isUnspecified6 = (address: string): boolean => address === '::';

const SOLICITED_NODE = parseAddress6('ff02::1:ff00:0');

/** The group that whoever has the address is a member of: its last 24 bits (RFC 4291, section 2.7.1). */
export const solicitedNode = (address: string): string =>
  formatAddress6(SOLICITED_NODE | (addressNumber(address) & 0xff_ffffn));

/** The MAC that frames to an IPv6 group bear: 33:33 and the last 32 bits (RFC 2464, section 7). */
export function groupMac(group: string): string {
  const bits = (addressNumber(group) & 0xffff_ffffn).toString(16).padStart(8, '0');
  return `33:33:${bits.match(/../g)?.join(':')}`;
}

/** Bits that two addresses have in common from the left. */
export function commonBits(a: string, b: string): number {
  const difference = addressNumber(a) ^ addressNumber(b);
  return 128 - difference.toString(2).length + (difference === 0n ? 1 : 0);
}
