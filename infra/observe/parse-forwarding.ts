// What decides a packet's way, from the same output as the tables: nothing but sections that were asked for.
import type { ForwardingState } from './forwarding-state.ts';
import { type IpLink, readNeighbours } from './parse-ip.ts';
import { linkState } from './parse-link-state.ts';
import { lookupAddresses, readLookupRoutes, readLookupRules, readProxies } from './parse-lookup.ts';
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
  const netfilter = wholeNetfilter(sections.get('iptables'), sections.get('nft'));
  return {
    links: links.map(linkState),
    addresses: lookupAddresses(links),
    routes: readLookupRoutes(routeText, 'ip -j -d route show table all'),
    rules: readLookupRules(ruleText, 'ip -j -d rule show'),
    neighbours: readNeighbours(all, 'ip -j neigh show nud all').filter(({ dst }) => !dst.includes(':')),
    proxies: readProxies(proxies, 'ip -j neigh show proxy').filter(({ dst }) => !dst.includes(':')),
    ...(netfilter && { netfilter }),
  };
}

/**
 * @param iptables not asked for where nft shows that there is nothing to be asked
 * @returns undefined unless all of it was read: a tool that is missing or was refused may hide rules, and iptables-save
 *   says so where its older sister has some that it does not print
 */
function wholeNetfilter(iptables: Section | undefined, nft: Section | undefined) {
  const refused = nft?.exitCode !== 0 || (iptables !== undefined && iptables.exitCode !== 0);
  const hidden = /^# Warning: .*tables present/m.test(`${iptables?.text}\n${iptables?.stderr}`);
  return refused || hidden ? undefined : readNetfilter(iptables, nft);
}
