// The labs that are measured: so many nodes, so many pods on each. Pure.
import type { Part } from './options.ts';

export interface Shape {
  readonly nodes: number;
  /** On each node, of one workload. */
  readonly pods: number;
}

const shape = (nodes: number, pods: number): Shape => ({ nodes, pods });

/** In the order in which they are measured and told. */
export const SHAPES: Readonly<Record<Exclude<Part, 'taps'>, readonly Shape[]>> = {
  pods: [shape(10, 10), shape(10, 20), shape(10, 50), shape(10, 100)],
  nodes: [shape(10, 1), shape(50, 1), shape(100, 1), shape(200, 1), shape(50, 10)],
  mininet: [shape(1, 100)],
};
export const TAPS: readonly number[] = [1, 10, 50, 100];
/** Where the taps are. */
export const TAPPED = shape(10, 10);

export function shapeName({ nodes, pods }: Shape): string {
  return `${nodes} × ${pods}`;
}

/** A name for files and stacks. */
export function shapeId({ nodes, pods }: Shape): string {
  return `${nodes}x${pods}`;
}

/** One workload a node, pinned to it. */
export function shapeLab(shape: Shape): string {
  const numbers = Array.from({ length: shape.nodes }, (_, i) => i + 1);
  return [
    `name: scale-${shapeId(shape)}`,
    `cluster: { nodes: [${numbers.map((n) => `{ name: node-${n} }`).join(', ')}] }`,
    `network: { type: kindnet, podCIDR: 10.244.0.0/16 }`,
    'workloads:',
    ...numbers.map((n) => `  - { name: w${n}, replicas: ${shape.pods}, nodes: [node-${n}] }`),
    '',
  ].join('\n');
}
