// Who asks whom in a mesh: everybody everybody, or each a few that are drawn, the same ones every time.
import { createHash } from 'node:crypto';

/** A host that asks or is asked. */
export interface Member {
  readonly name: string;
  /** The node that it is on; a node is on itself. */
  readonly node: string;
}

export interface Pair<M extends Member = Member> {
  readonly from: M;
  readonly to: M;
}

/** Which pairs count: all, or those on one node, or those on two. */
export type Between = 'any' | 'same-node' | 'across-nodes';

export interface MeshPlan<M extends Member> {
  readonly from: readonly M[];
  readonly to: readonly M[];
  readonly between: Between;
  /** How many each asks. @default all of them */
  readonly peers?: number | undefined;
  /** Another seed draws others. */
  readonly seed: number;
}

/**
 * The pairs of a mesh, those of one sender together, in the order of `from` and then of `to`. Nobody asks itself.
 *
 * With `peers`, everybody stands in a ring whose order comes from the seed and the names alone, and asks the next ones. So
 * each is asked about as often as it asks, a lab that is rebuilt asks the same questions, and one pod more or less
 * changes few of them.
 */
export function meshPairs<M extends Member>(plan: MeshPlan<M>): readonly Pair<M>[] {
  const { from, to, between, peers } = plan;
  const counts = (sender: M, target: M) =>
    sender.name !== target.name &&
    (between === 'any' || (between === 'same-node') === (sender.node === target.node));
  if (peers === undefined)
    return from.flatMap((sender) =>
      to.filter((target) => counts(sender, target)).map((target) => ({ from: sender, to: target })),
    );
  const ring = to
    .map((target) => ({ target, place: placeInRing(plan.seed, target.name) }))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1));
  const order = new Map(to.map(({ name }, index) => [name, index]));
  return from.flatMap((sender) => {
    const place = placeInRing(plan.seed, sender.name);
    const start = firstAtOrAfter(ring, place);
    const chosen: M[] = [];
    for (let step = 0; step < ring.length && chosen.length < peers; step++) {
      const { target } = ring[(start + step) % ring.length] as (typeof ring)[number];
      if (counts(sender, target)) chosen.push(target);
    }
    return chosen
      .toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0))
      .map((target) => ({ from: sender, to: target }));
  });
}

function placeInRing(seed: number, name: string): string {
  return createHash('sha256').update(`${seed} ${name}`).digest('hex');
}

/** Index in a ring that is in order; its length when all are before. */
function firstAtOrAfter(ring: readonly { readonly place: string }[], place: string): number {
  let [low, high] = [0, ring.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ring[middle] as { readonly place: string }).place < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
