// The routes of one table in the order in which a lookup tries them.
import { type Cidr, last } from '../lab/cidr.ts';
import type { LookupRoute } from '../observe/forwarding-state.ts';

export interface FibEntry {
  readonly route: LookupRoute;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
}

export const holds = (entry: FibEntry, address: bigint): boolean =>
  address >= entry.first && address <= entry.last;

/**
 * Of one family's tables: those for TOS 0, which every packet of the model has (and every route of IPv6), the one that
 * would be taken first at the top. A table is asked many times, and never changes.
 */
export function entriesOf(rangeOf: (prefix: string) => Cidr) {
  const known = new WeakMap<readonly LookupRoute[], readonly FibEntry[]>();
  return (routes: readonly LookupRoute[]): readonly FibEntry[] => {
    let entries = known.get(routes);
    if (entries === undefined) {
      // Sorting is stable: what the kernel lists first among equals stays first.
      entries = routes
        .filter(({ tos }) => tos === undefined || Number(tos) === 0)
        .map((route) => {
          const range = rangeOf(route.dst);
          return { route, prefix: range.prefix, first: range.base, last: last(range) };
        })
        .toSorted((a, b) => b.prefix - a.prefix || (a.route.metric ?? 0) - (b.route.metric ?? 0));
      known.set(routes, entries);
    }
    return entries;
  };
}
