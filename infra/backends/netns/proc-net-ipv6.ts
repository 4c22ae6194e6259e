// IPv6 routes and addresses as /proc/net shows them (net/ipv6/ip6_fib.c, addrconf.c): hex without colons.
import { formatAddress } from '../../lab/cidr.ts';

const LINK_LOCAL = /^fe[89ab]/;
const MULTICAST = /^ff/;
/** Flags of a route (include/uapi/linux/ipv6_route.h, route.h): the host's own addresses, and those that refuse. */
const [RTF_REJECT, RTF_ANYCAST, RTF_LOCAL] = [0x200, 0x0010_0000, 0x8000_0000];

/** /proc/net/ipv6_route: where packets go, as "eth0 fd00::/64 via fd00::1"; what the kernel makes by itself is left out. */
export function parseRoutes6(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      const [destination = '', prefix = '', , , gateway = '', , , , flags = '', dev = ''] = line
        .trim()
        .split(/\s+/);
      const own = Number.parseInt(flags, 16) & (RTF_REJECT | RTF_ANYCAST | RTF_LOCAL);
      if (own !== 0 || LINK_LOCAL.test(destination) || MULTICAST.test(destination)) return [];
      const via = /^0+$/.test(gateway) ? '' : ` via ${address(gateway)}`;
      return [`${dev} ${address(destination)}/${Number.parseInt(prefix, 16)}${via}`];
    })
    .sort();
}

/** /proc/net/if_inet6: addresses of scopes wider than a link. */
export function parseAddresses6(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.split(' ', 1)[0] ?? '')
    .filter((hex) => hex !== '' && !LINK_LOCAL.test(hex) && !/^0+1?$/.test(hex))
    .map(address)
    .sort();
}

const address = (hex: string) => formatAddress(BigInt(`0x${hex}`), 6);
