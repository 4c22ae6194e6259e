// IPv4 addresses and prefixes as numbers.

/** @returns undefined when it is no dotted quad */
export function parseIpv4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const octets = match.slice(1).map(Number);
  return octets.every((o) => o < 256) ? octets.reduce((n, o) => n * 256 + o, 0) : undefined;
}

/** @throws TypeError when it is no dotted quad */
export function ipv4(text: string): number {
  const value = parseIpv4(text);
  if (value === undefined) throw new TypeError(`"${text}" is not an IPv4 address`);
  return value;
}

/** Whether an address is in `default`, `all`, `any`, an address, a prefix, or address/netmask. */
export function inPrefix(address: string, prefix: string): boolean {
  if (prefix === 'default' || prefix === 'all' || prefix === 'any') return true;
  const [net = '', length = '32'] = prefix.split('/');
  const mask = length.includes('.') ? ipv4(length) : maskOf(Number(length));
  return (ipv4(address) & mask) === (ipv4(net) & mask);
}

/** Length of a route's destination: `default` is 0, a bare address 32. */
export function prefixLength(dst: string): number {
  if (dst === 'default') return 0;
  const at = dst.indexOf('/');
  return at < 0 ? 32 : Number(dst.slice(at + 1));
}

function maskOf(length: number): number {
  return length === 0 ? 0 : (~0 << (32 - length)) >>> 0;
}

export const isLoopback = (address: string): boolean => address.startsWith('127.');
export const isMulticast = (address: string): boolean => {
  const first = Number(address.split('.')[0]);
  return first >= 224 && first < 240;
};
export const isZeronet = (address: string): boolean => address.startsWith('0.');
export const LIMITED_BROADCAST = '255.255.255.255';
