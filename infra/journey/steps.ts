// A predicted tree as the list of its hops, each with the one it comes from: what can be compared with captures.
import type { Branch, Hop } from '../predict/hop.ts';

export interface ExpectedHop {
  readonly hop: Hop;
  /** Index in the list; absent for the first hop. */
  readonly after?: number;
  /** How many floods it is a copy of. */
  readonly depth: number;
}

/** Parents first, in the order of the walk. */
export function expectedHops(branches: readonly Branch[]): readonly ExpectedHop[] {
  const found: ExpectedHop[] = [];
  const walk = (next: readonly Branch[], after: number | undefined, depth: number) => {
    const inner = next.filter(({ kind }) => kind === 'hop').length > 1 ? depth + 1 : depth;
    for (const branch of next) {
      if (branch.kind !== 'hop') continue;
      const index = found.push({ hop: branch, ...(after !== undefined && { after }), depth: inner }) - 1;
      walk(branch.children, index, inner);
    }
  };
  walk(branches, undefined, 0);
  return found;
}
