// One IPv6 routing table: longest prefix, then metric, then the route whose interface and gateway score best.
// Source of the rules: fib6_table_lookup(), rt6_select(), rt6_score_route(), net/ipv6/route.c; net/ipv6/ip6_fib.c.
import { type Cidr6, contains6 } from '../lab/cidr6.ts';
import type { LookupRoute } from '../observe/forwarding-state.ts';
import { type LookupKey, nexthopsOf, type TableResult } from './fib-table.ts';
import { addressNumber, rangeOf6 } from './ipv6.ts';

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
  const matching = byPreference(routes).filter(({ range }) => contains6(range, dst));
  for (let i = 0; i < matching.length; ) {
    const first = matching[i];
    // Routes to one prefix with one metric compete with each other; less specific ones are a last resort.
    const rivals = matching
      .slice(i)
      .filter(
        ({ range, route }) =>
          range.prefix === first?.range.prefix && (route.metric ?? 0) === (first?.route.metric ?? 0),
      );
    i += rivals.length;
    const usable = rivals.filter(({ route }) => isUsable(route, options));
    const chosen = usable.find(({ route }) => route.dev === key.iif) ?? usable[0];
    if (chosen) return answer(chosen.route, options);
  }
  return { kind: 'none' };
}

function isUsable(route: LookupRoute, options: Table6Options): boolean {
  return isRefusing(route) || usableHops(route, options).length > 0;
}

const isRefusing = ({ type }: LookupRoute) =>
  type === 'unreachable' || type === 'prohibit' || type === 'blackhole' || type === 'throw';

function usableHops(route: LookupRoute, { ignoreLinkdown = () => false, gatewayFailed }: Table6Options) {
  return nexthopsOf(route).filter(
    ({ flags, via, dev = '' }) =>
      !flags.includes('dead') &&
      !(flags.includes('linkdown') && ignoreLinkdown(dev)) &&
      !(via !== undefined && gatewayFailed?.(via, dev)),
  );
}

function answer(route: LookupRoute, options: Table6Options): TableResult {
  switch (route.type) {
    case 'throw':
      return { kind: 'none' };
    case 'unreachable':
    case 'prohibit':
    case 'blackhole':
      return { kind: 'error', error: route.type, route };
  }
  const hops = usableHops(route, options);
  const [first] = hops;
  // fib6_select_path(): a hash over addresses and ports.
  if (hops.length > 1 || first === undefined) return { kind: 'multipath', route };
  const { via, dev } = first;
  return {
    kind: 'route',
    route,
    nexthop: { ...(via !== undefined && { via }), ...(dev !== undefined && { dev }) },
  };
}

interface Entry {
  readonly route: LookupRoute;
  readonly range: Cidr6;
}

/** A table is asked many times, and never changes. */
const ORDERED = new WeakMap<readonly LookupRoute[], readonly Entry[]>();

function byPreference(routes: readonly LookupRoute[]): readonly Entry[] {
  const known = ORDERED.get(routes);
  if (known) return known;
  const ordered = routes
    .map((route) => ({ route, range: rangeOf6(route.dst) }))
    .toSorted((a, b) => b.range.prefix - a.range.prefix || (a.route.metric ?? 0) - (b.route.metric ?? 0));
  ORDERED.set(routes, ordered);
  return ordered;
}
