// A predicted tree as the list of its hops, each with the one it comes from: what can be compared with captures.
import { type Branch, type Hop, hops } from '../predict/hop.ts';

export interface ExpectedHop {
  readonly hop: Hop;
  /** Index in the list; absent for the first hop. */
  readonly after?: number;
  /** How many floods it is a copy of. */
  readonly depth: number;
}

/** Parents first; copies of a flood by the host that each comes to, since a bridge's ports have no order of their own. */
export function expectedHops(branches: readonly Branch[]): readonly ExpectedHop[] {
  const found: ExpectedHop[] = [];
  const walk = (next: readonly Branch[], after: number | undefined, depth: number) => {
    const inner = inOrder(next).length > 1 ? depth + 1 : depth;
    for (const hop of inOrder(next)) {
      const branch = pastLoopback(hop);
      const index = found.push({ hop: branch, ...(after !== undefined && { after }), depth: inner }) - 1;
      walk(branch.children, index, inner);
    }
  };
  walk(branches, undefined, 0);
  return found;
}

/** What stays on the host (the copy that a bridge takes itself) comes first. */
function inOrder(branches: readonly Branch[]): readonly Hop[] {
  const found = branches.flatMap((branch) => (branch.kind === 'hop' ? [branch] : []));
  if (found.length < 2) return found;
  const keyed = found.map((hop) => ({ hop, key: goesTo(hop) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ hop }) => hop);
}

/** The first other host on the way; empty when there is none. */
function goesTo(hop: Hop): string {
  return hops(hop.children).find(({ host }) => host !== hop.host)?.host ?? '';
}

/**
 * A packet over `lo` passes a tap twice, going out and coming in; libpcap leaves the first of them out (pcap_read_packet(),
 * pcap-linux.c). The hop that is left has the decisions of both.
 */
function pastLoopback(hop: Hop): Hop {
  if (hop.interface !== 'lo' || hop.direction !== 'out') return hop;
  const [back] = hop.children;
  if (back?.kind !== 'hop' || back.interface !== 'lo') return hop;
  return { ...back, decisions: [...hop.decisions, ...back.decisions] };
}
