// IPv6 prefixes as kernel tools print them, and the addresses that mean something by themselves (RFC 4291).
import { formatAddress } from '../lab/cidr.ts';
import { prefixesOf } from './prefix.ts';

export const { addressNumber, rangeOf: rangeOf6, inPrefix: inPrefix6 } = prefixesOf(6);

export const isLoopback6 = (address: string): boolean => address === '::1';
export const isMulticast6 = (address: string): boolean => /^ff/i.test(address);
export const isLinkLocal6 = (address: string): boolean => inPrefix6(address, 'fe80::/10');
export const isUnspecified6 = (address: string): boolean => address === '::';

const SOLICITED_NODE = addressNumber('ff02::1:ff00:0');

/** The group that whoever has the address is a member of: its last 24 bits (RFC 4291, section 2.7.1). */
export const solicitedNode = (address: string): string =>
  formatAddress(SOLICITED_NODE | (addressNumber(address) & 0xff_ffffn), 6);

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
