// IPv4 prefixes as kernel tools print them, and the addresses that mean something by themselves.
import { type Cidr, contains, parseAddress, parseCidr } from '../lab/cidr.ts';

const EVERYTHING: Cidr = { base: 0, prefix: 0 };

/** Of `default`, `all`, `any`, an address, or a prefix. @throws Error when it is none of them */
export function rangeOf(prefix: string): Cidr {
  if (prefix === 'default' || prefix === 'all' || prefix === 'any') return EVERYTHING;
  return prefix.includes('/') ? parseCidr(prefix) : { base: parseAddress(prefix), prefix: 32 };
}

/** Whether an address is in what `rangeOf` takes, or in address/netmask. @throws Error when either is no IPv4 */
export function inPrefix(address: string, prefix: string): boolean {
  const [net = '', mask = ''] = prefix.split('/');
  if (!mask.includes('.')) return contains(rangeOf(prefix), parseAddress(address));
  // A mask may have holes.
  return ((parseAddress(address) ^ parseAddress(net)) & parseAddress(mask)) === 0;
}

export const isLoopback = (address: string): boolean => address.startsWith('127.');
export const isMulticast = (address: string): boolean => {
  const first = Number(address.split('.')[0]);
  return first >= 224 && first < 240;
};
export const isZeronet = (address: string): boolean => address.startsWith('0.');
export const LIMITED_BROADCAST = '255.255.255.255';
