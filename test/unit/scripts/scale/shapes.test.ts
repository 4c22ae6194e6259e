import { expect, test } from 'vitest';
import { parseLabSource } from '../../../../infra/lab/parse.ts';
import { resolveLab } from '../../../../infra/lab/resolve.ts';
import { SHAPES, shapeLab, shapeName, TAPPED } from '../../../../scripts/scale/shapes.ts';

test.each([...Object.values(SHAPES).flat(), TAPPED].map((shape) => [shapeName(shape), shape] as const))(
  'a lab of %s has that many nodes and pods, one workload a node',
  (_, shape) => {
    const { raw, source } = parseLabSource(shapeLab(shape), 'lab.yaml');
    const { nodes, workloads } = resolveLab(raw, source, {});
    expect(nodes).toHaveLength(shape.nodes);
    expect(workloads.map(({ pods }) => new Set(pods.map(({ node }) => node)).size)).toEqual(
      nodes.map(() => 1),
    );
    expect(workloads.map(({ pods }) => pods.length)).toEqual(nodes.map(() => shape.pods));
  },
);
