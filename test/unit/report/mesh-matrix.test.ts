import { expect, test } from 'vitest';
import { toJson } from '../../../infra/experiments/to-json.ts';
import { meshMatrix } from '../../../infra/report/mesh-matrix.ts';
import { PLAIN } from '../../../infra/report/paint.ts';

const marked = { ...PLAIN, paint: (tone: string, text: string) => (tone === 'red' ? `!${text}` : text) };
const square = (nodes: readonly string[], hole: string) => ({
  byNode: nodes.flatMap((from) =>
    nodes.toReversed().map((to) => ({ from, to, asked: 4, answered: `${from} ${to}` === hole ? 1 : 4 })),
  ),
});

test('is a square in one order, with its holes in red', () => {
  expect(meshMatrix(toJson(square(['n1', 'n2', 'n3'], 'n1 n3')), marked)).toMatchInlineSnapshot(`
    "FROM \\ TO   n1   n2    n3
    n1         4/4  4/4  !1/4
    n2         4/4  4/4   4/4
    n3         4/4  4/4   4/4"
  `);
});

test('has a dash where nobody asks', () => {
  const byNode = [
    { from: 'n1', to: 'n2', asked: 1, answered: 1 },
    { from: 'n2', to: 'n3', asked: 1, answered: 0 },
  ];
  expect(meshMatrix(toJson({ byNode }), PLAIN)).toMatchInlineSnapshot(`
    "FROM \\ TO   n2   n3
    n1         1/1    -
    n2           -  0/1"
  `);
});

test('is the holes alone where the square would be too wide', () => {
  const nodes = Array.from({ length: 30 }, (_, i) => `n${i + 1}`);
  expect(meshMatrix(toJson(square(nodes, 'n1 n30')), PLAIN)).toMatchInlineSnapshot(`
    "900 pairs of nodes, 1 with pairs that are not answered:
      n1 → n30  1/4"
  `);
  const dark = { byNode: square(nodes, '').byNode.map((pair) => ({ ...pair, answered: 0 })) };
  expect(meshMatrix(toJson(dark), PLAIN)?.split('\n').slice(-2)).toMatchInlineSnapshot(`
    [
      "  n1 → n11  0/4",
      "  … and 880 more",
    ]
  `);
});

test('of nothing is nothing', () => {
  expect(meshMatrix(null, PLAIN)).toBe(undefined);
});
