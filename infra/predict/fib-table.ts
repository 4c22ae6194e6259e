// One routing table: longest prefix, then TOS and metric, then a next hop that can be used.
// Source of the rules: fib_table_lookup(), net/ipv4/fib_trie.c.
import { type Cidr, contains, parseAddress } from '../lab/cidr.ts';
import type { LookupRoute } from '../observe/forwarding-state.ts';
import { rangeOf } from './ipv4.ts';

export interface Nexthop {
  readonly via?: string;
  readonly dev?: string;
}

export interface LookupKey {
  readonly dst: string;
  /** Absent while the source is still to be chosen. */
  readonly src?: string;
  /** Interface it came in by; `lo` for what this host sends. */
  readonly iif: string;
  readonly oif?: string;
  readonly mark?: number;
  readonly proto?: string;
  readonly sport?: number;
  readonly dport?: number;
}

export type TableResult =
  | { readonly kind: 'route'; readonly route: LookupRoute; readonly nexthop: Nexthop }
  /** Several next hops could be taken: which one, a hash says that nobody outside the kernel can compute. */
  | { readonly kind: 'multipath'; readonly route: LookupRoute }
  | {
      readonly kind: 'error';
      readonly error: 'unreachable' | 'prohibit' | 'blackhole';
      readonly route: LookupRoute;
    }
  /** Nothing fits, or a throw route says so: the next rule is asked. */
  | { readonly kind: 'none' };

export interface TableOptions {
  /** net.ipv4.conf.<dev>.ignore_routes_with_linkdown of each interface. */
  readonly ignoreLinkdown?: (dev: string) => boolean;
}

/** @param routes of one table, in the kernel's order */
export function lookupTable(
  routes: readonly LookupRoute[],
  key: Pick<LookupKey, 'dst' | 'oif'>,
  { ignoreLinkdown = () => false }: TableOptions = {},
): TableResult {
  const dst = parseAddress(key.dst);
  for (const { route, range } of byPreference(routes)) {
    if (!contains(range, dst)) continue;
    switch (route.type) {
      case 'throw':
        return { kind: 'none' };
      case 'unreachable':
      case 'prohibit':
      case 'blackhole':
        return { kind: 'error', error: route.type, route };
    }
    if (route.flags.includes('dead')) continue;
    const usable = nexthopsOf(route).filter(
      (hop) =>
        !hop.flags.includes('dead') &&
        !(hop.flags.includes('linkdown') && ignoreLinkdown(hop.dev ?? '')) &&
        (key.oif === undefined || key.oif === hop.dev),
    );
    const [first] = usable;
    if (first === undefined) continue;
    if (usable.length > 1) return { kind: 'multipath', route };
    return {
      kind: 'route',
      route,
      nexthop: {
        ...(first.via !== undefined && { via: first.via }),
        ...(first.dev !== undefined && { dev: first.dev }),
      },
    };
  }
  return { kind: 'none' };
}

interface Entry {
  readonly route: LookupRoute;
  readonly range: Cidr;
}

/** A table is asked many times, and never changes. */
const ORDERED = new WeakMap<readonly LookupRoute[], readonly Entry[]>();

/** Those for TOS 0, which every packet of the model has, the one that would be taken first at the top. */
function byPreference(routes: readonly LookupRoute[]): readonly Entry[] {
  const known = ORDERED.get(routes);
  if (known) return known;
  // Sorting is stable: what the kernel lists first among equals stays first.
  const ordered = routes
    .filter(({ tos }) => tos === undefined || Number(tos) === 0)
    .map((route) => ({ route, range: rangeOf(route.dst) }))
    .toSorted((a, b) => b.range.prefix - a.range.prefix || (a.route.metric ?? 0) - (b.route.metric ?? 0));
  ORDERED.set(routes, ordered);
  return ordered;
}

/** Next hops of a route, whether it has one or several. */
export function nexthopsOf(route: LookupRoute): NonNullable<LookupRoute['nexthops']> {
  return (
    route.nexthops ?? [
      {
        ...(route.via !== undefined && { via: route.via }),
        ...(route.dev !== undefined && { dev: route.dev }),
        weight: 1,
        flags: route.flags,
      },
    ]
  );
}
