// One routing table: longest prefix, then TOS and metric, then a next hop that can be used.
// Source of the rules: fib_table_lookup(), net/ipv4/fib_trie.c.
import type { LookupRoute } from '../observe/forwarding-state.ts';
import { entriesOf, holds } from './fib-entries.ts';
import { addressNumber, rangeOf } from './ipv4.ts';

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

const entries = entriesOf(rangeOf);

/** @param routes of one table, in the kernel's order */
export function lookupTable(
  routes: readonly LookupRoute[],
  key: Pick<LookupKey, 'dst' | 'oif'>,
  { ignoreLinkdown = () => false }: TableOptions = {},
): TableResult {
  const dst = addressNumber(key.dst);
  for (const entry of entries(routes)) {
    if (!holds(entry, dst)) continue;
    const { route } = entry;
    const refused = refusal(route);
    if (refused) return refused;
    if (route.flags.includes('dead')) continue;
    const usable = nexthopsOf(route).filter(
      (hop) =>
        !hop.flags.includes('dead') &&
        !(hop.flags.includes('linkdown') && ignoreLinkdown(hop.dev ?? '')) &&
        (key.oif === undefined || key.oif === hop.dev),
    );
    if (usable.length > 0) return answer(route, usable);
  }
  return { kind: 'none' };
}

/** What is answered by a route that leads nowhere on purpose; undefined of any other. */
export function refusal(route: LookupRoute): TableResult | undefined {
  switch (route.type) {
    case 'throw':
      return { kind: 'none' };
    case 'unreachable':
    case 'prohibit':
    case 'blackhole':
      return { kind: 'error', error: route.type, route };
    default:
      return undefined;
  }
}

/** @param usable those of the route's next hops that can be taken */
export function answer(route: LookupRoute, usable: ReturnType<typeof nexthopsOf>): TableResult {
  const [first] = usable;
  if (first === undefined || usable.length > 1) return { kind: 'multipath', route };
  const { via, dev } = first;
  return {
    kind: 'route',
    route,
    nexthop: { ...(via !== undefined && { via }), ...(dev !== undefined && { dev }) },
  };
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
