// The pairs of nodes of a mesh as a square: a row for each that asks, a column for each that is asked. Pure.
import type { NodePair } from '../experiments/mesh/observation.ts';

export interface MeshSquare {
  readonly targets: readonly string[];
  /** Cells are in the order of `targets`; undefined where nobody asks. */
  readonly rows: readonly { readonly from: string; readonly cells: readonly (NodePair | undefined)[] }[];
  /** The longer of its sides, nodes. */
  readonly size: number;
}

export function meshSquare(byNode: readonly NodePair[]): MeshSquare {
  const senders = [...new Set(byNode.map(({ from }) => from))];
  const asked = new Set(byNode.map(({ to }) => to));
  // In one order where they are the same nodes: the diagonal is what stays on a node.
  const targets = [...new Set([...senders, ...asked])].filter((node) => asked.has(node));
  const pair = (from: string, to: string) => byNode.find((one) => one.from === from && one.to === to);
  return {
    targets,
    rows: senders.map((from) => ({ from, cells: targets.map((to) => pair(from, to)) })),
    size: Math.max(senders.length, targets.length),
  };
}

/** Whether a pair of nodes has pairs that were not answered. */
export const isHole = ({ answered, asked }: NodePair): boolean => answered < asked;
