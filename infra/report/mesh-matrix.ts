// What a mesh saw between the nodes: a square of answered and asked pairs, and where it has holes.
import type { MeshObservation, NodePair } from '../experiments/mesh/observation.ts';
import type { Json } from '../experiments/result.ts';
import { isHole, meshSquare } from './mesh-square.ts';
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
  const { targets, rows, size } = meshSquare(byNode);
  const cell = (pair: NodePair) => {
    const text = `${pair.answered}/${pair.asked}`;
    return isHole(pair) ? paint('red', text) : text;
  };
  if (size <= SQUARE) {
    return renderTable(
      ['FROM \\ TO', ...targets.map(numbers)],
      rows.map(({ from, cells }) => [from, ...cells.map((pair) => pair && cell(pair))]),
      { decorate: (header) => paint('dim', header) },
    );
  }
  const holes = byNode.filter(isHole);
  return [
    `${count(byNode.length, 'pair')} of nodes, ${holes.length} with pairs that are not answered${holes.length === 0 ? '' : ':'}`,
    ...holes.slice(0, LISTED).map((hole) => `  ${hole.from} → ${hole.to}  ${cell(hole)}`),
    ...(holes.length > LISTED ? [`  … and ${holes.length - LISTED} more`] : []),
  ].join('\n');
}
