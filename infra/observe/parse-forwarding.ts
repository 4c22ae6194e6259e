// What decides a packet's way, from the same output as the tables: nothing but sections that were asked for.
import type { FamilyState, ForwardingState } from './forwarding-state.ts';
import { type IpLink, readNeighbours } from './parse-ip.ts';
import { linkState } from './parse-link-state.ts';
import { lookupAddresses, readLookupRoutes, readLookupRules, readProxies } from './parse-lookup.ts';
import { readNetfilter } from './parse-netfilter.ts';
import type { Section } from './sections.ts';

/** Texts that `ip` printed. */
interface Texts {
  readonly routes: string;
  readonly rules: string;
  readonly neighbours: string;
  readonly proxies: string;
}

/**
 * @param tables what `ip` printed of routes, rules and neighbours
 * @param more what it printed of neighbours in every state and of proxies; an output without has the plain list
 */
export function forwardingState(
  sections: ReadonlyMap<string, Section>,
  links: readonly IpLink[],
  [routeText, ruleText, neighText]: readonly [string, string, string],
  [neighbours = neighText, proxies = '']: readonly string[],
): ForwardingState {
  const texts = { routes: routeText, neighbours, proxies };
  const netfilter = wholeNetfilter(sections.get('iptables'), sections.get('nft'), sections.get('ip6tables'));
  const rules6 = sections.get('rules6')?.text;
  return {
    links: links.map(linkState),
    ...familyState('inet', links, { ...texts, rules: ruleText }),
    ...(netfilter && { netfilter }),
    ...(rules6 !== undefined && { ipv6: familyState('inet6', links, { ...texts, rules: rules6 }) }),
  };
}

function familyState(family: 'inet' | 'inet6', links: readonly IpLink[], texts: Texts): FamilyState {
  const ofFamily = ({ dst }: { readonly dst: string }) => dst.includes(':') === (family === 'inet6');
  return {
    addresses: lookupAddresses(links, family),
    routes: readLookupRoutes(texts.routes, 'ip -j -d route show table all', family),
    rules: readLookupRules(texts.rules, 'ip -j -d rule show', family),
    neighbours: readNeighbours(texts.neighbours, 'ip -j neigh show nud all').filter(ofFamily),
    proxies: readProxies(texts.proxies, 'ip -j neigh show proxy').filter(ofFamily),
  };
}

/**
 * @param iptables not asked for where nft shows that there is nothing to be asked; so ip6tables
 * @returns undefined unless all of it was read: a tool that is missing or was refused may hide rules, and iptables-save
 *   says so where its older sister has some that it does not print
 */
function wholeNetfilter(
  iptables: Section | undefined,
  nft: Section | undefined,
  ip6tables: Section | undefined,
) {
  const tools = [iptables, ip6tables].filter((tool) => tool !== undefined);
  const refused = nft?.exitCode !== 0 || tools.some(({ exitCode }) => exitCode !== 0);
  const hidden = tools.some(({ text, stderr }) => /^# Warning: .*tables present/m.test(`${text}\n${stderr}`));
  return refused || hidden ? undefined : readNetfilter(iptables, nft, ip6tables);
}
