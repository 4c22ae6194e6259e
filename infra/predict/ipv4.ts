// IPv4 prefixes as kernel tools print them, and the addresses that mean something by themselves.
import { prefixesOf } from './prefix.ts';

const ipv4 = prefixesOf(4);
export const { addressNumber, rangeOf } = ipv4;

/** Whether an address is in what `rangeOf` takes, or in address/netmask. @throws Error when either is no IPv4 */
export function inPrefix(address: string, prefix: string): boolean {
  const [net = '', mask = ''] = prefix.split('/');
  if (!mask.includes('.')) return ipv4.inPrefix(address, prefix);
  // A mask may have holes.
  return ((addressNumber(address) ^ addressNumber(net)) & addressNumber(mask)) === 0n;
}

export const isLoopback = (address: string): boolean => address.startsWith('127.');
export const isMulticast = (address: string): boolean => {
  const first = Number(address.split('.')[0]);
  return first >= 224 && first < 240;
};
export const isZeronet = (address: string): boolean => address.startsWith('0.');
export const LIMITED_BROADCAST = '255.255.255.255';
