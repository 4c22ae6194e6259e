// One IPv6 routing table: longest prefix, then metric, then the route whose interface and gateway score best.
// Source of the rules: fib6_table_lookup(), rt6_select(), rt6_score_route(), net/ipv6/route.c; net/ipv6/ip6_fib.c.
import type { LookupRoute } from '../observe/forwarding-state.ts';
import { entriesOf, holds } from './fib-entries.ts';
import { answer, type LookupKey, nexthopsOf, refusal, type TableResult } from './fib-table.ts';
import { addressNumber, rangeOf6 } from './ipv6.ts';

const entries = entriesOf(rangeOf6);

export interface Table6Options {
  /** net.ipv6.conf.<dev>.ignore_routes_with_linkdown of each interface. */
  readonly ignoreLinkdown?: (dev: string) => boolean;
  /** Of a host that does not forward: a gateway that did not answer is passed over while there is another way. */
  readonly gatewayFailed?: (via: string, dev: string) => boolean;
}

/**
 * @param routes of one table, in the kernel's order
 * @param key `iif` of a packet that came in: among equals, a route by that interface is preferred
 */
export function lookupTable6(
  routes: readonly LookupRoute[],
  key: Pick<LookupKey, 'dst' | 'iif'>,
  options: Table6Options = {},
): TableResult {
  const strict = select(routes, key, options);
  // RT6_LOOKUP_F_REACHABLE is given up when nothing is found with it.
  if (strict.kind !== 'none' || options.gatewayFailed === undefined) return strict;
  const { gatewayFailed: _, ...lax } = options;
  return select(routes, key, lax);
}

function select(
  routes: readonly LookupRoute[],
  key: Pick<LookupKey, 'dst' | 'iif'>,
  options: Table6Options,
): TableResult {
  const dst = addressNumber(key.dst);
  const matching = entries(routes).filter((entry) => holds(entry, dst));
  for (let i = 0; i < matching.length; ) {
    const first = matching[i];
    // Routes to one prefix with one metric compete with each other; less specific ones are a last resort.
    const rivals = matching
      .slice(i)
      .filter(
        ({ prefix, route }) => prefix === first?.prefix && (route.metric ?? 0) === (first?.route.metric ?? 0),
      );
    i += rivals.length;
    const usable = rivals.filter(({ route }) => isUsable(route, options));
    const chosen = usable.find(({ route }) => route.dev === key.iif) ?? usable[0];
    // Several are left to fib6_select_path(): a hash over addresses and ports.
    if (chosen) return refusal(chosen.route) ?? answer(chosen.route, usableHops(chosen.route, options));
  }
  return { kind: 'none' };
}

function isUsable(route: LookupRoute, options: Table6Options): boolean {
  return refusal(route) !== undefined || usableHops(route, options).length > 0;
}

function usableHops(route: LookupRoute, { ignoreLinkdown = () => false, gatewayFailed }: Table6Options) {
  return nexthopsOf(route).filter(
    ({ flags, via, dev = '' }) =>
      !flags.includes('dead') &&
      !(flags.includes('linkdown') && ignoreLinkdown(dev)) &&
      !(via !== undefined && gatewayFailed?.(via, dev)),
  );
}
