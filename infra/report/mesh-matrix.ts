// What a mesh saw between the nodes: a square of answered and asked pairs, and where it has holes.
import type { MeshObservation, NodePair } from '../experiments/mesh/observation.ts';
import type { Json } from '../experiments/result.ts';
import type { Terminal } from './paint.ts';
import { numbers, renderTable } from './table.ts';
import { count } from './words.ts';

/** Of more nodes than these no square is drawn: it would be wider than a terminal, and the holes are what matters. */
const SQUARE = 10;
/** Holes that are listed. */
const LISTED = 20;

/** @returns undefined when nothing was observed */
export function meshMatrix(observed: Json, { paint }: Terminal): string | undefined {
  if (observed === null) return undefined;
  const { byNode } = observed as unknown as MeshObservation;
  const senders = [...new Set(byNode.map(({ from }) => from))];
  // In one order where they are the same nodes: the diagonal is what stays on a node.
  const asked = new Set(byNode.map(({ to }) => to));
  const targets = [...new Set([...senders, ...asked])].filter((node) => asked.has(node));
  const cell = (pair: NodePair) => {
    const text = `${pair.answered}/${pair.asked}`;
    return pair.answered < pair.asked ? paint('red', text) : text;
  };
  if (Math.max(senders.length, targets.length) <= SQUARE) {
    const rows = senders.map((from) => [
      from,
      ...targets.map((to) => {
        const pair = byNode.find((one) => one.from === from && one.to === to);
        return pair && cell(pair);
      }),
    ]);
    return renderTable(['FROM \\ TO', ...targets.map(numbers)], rows, {
      decorate: (header) => paint('dim', header),
    });
  }
  const holes = byNode.filter(({ asked, answered }) => answered < asked);
  return [
    `${count(byNode.length, 'pair')} of nodes, ${holes.length} with pairs that are not answered${holes.length === 0 ? '' : ':'}`,
    ...holes.slice(0, LISTED).map((hole) => `  ${hole.from} → ${hole.to}  ${cell(hole)}`),
    ...(holes.length > LISTED ? [`  … and ${holes.length - LISTED} more`] : []),
  ].join('\n');
}
