// What decides a packet's way, from the same output as the tables: nothing but sections that were asked for.
import type { ForwardingState } from './forwarding-state.ts';
import {
  type IpLink,
  linkState,
  lookupAddresses,
  readLookupRoutes,
  readLookupRules,
  readNeighbours,
  readProxies,
} from './parse-ip.ts';
import { readNetfilter } from './parse-netfilter.ts';
import type { Section } from './sections.ts';

/** @param neighText the plain neighbour list, for an output without the longer one */
export function forwardingState(
  sections: ReadonlyMap<string, Section>,
  links: readonly IpLink[],
  routeText: string,
  ruleText: string,
  neighText: string,
): ForwardingState {
  const [all = neighText, proxies = ''] = (sections.get('neighbours')?.text ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const ran = (name: string) => {
    const section = sections.get(name);
    return section?.exitCode === 0 ? section : undefined;
  };
  const [iptables, nft] = [ran('iptables'), ran('nft')];
  return {
    links: links.map(linkState),
    addresses: lookupAddresses(links),
    routes: readLookupRoutes(routeText, 'ip -j -d route show table all'),
    rules: readLookupRules(ruleText, 'ip -j -d rule show'),
    neighbours: readNeighbours(all, 'ip -j neigh show nud all').filter(({ dst }) => !dst.includes(':')),
    proxies: readProxies(proxies, 'ip -j neigh show proxy').filter(({ dst }) => !dst.includes(':')),
    ...((iptables ?? nft) && { netfilter: readNetfilter(iptables, nft) }),
  };
}
