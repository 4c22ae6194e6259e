import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Member, meshPairs } from '../../../../infra/experiments/mesh/pairs.ts';

const members = (count: number, nodes = 3): readonly Member[] =>
  Array.from({ length: count }, (_, i) => ({ name: `pod-${i + 1}`, node: `n${(i % nodes) + 1}` }));
const all = { between: 'any', seed: 0 } as const;
const words = (pairs: ReturnType<typeof meshPairs>) => pairs.map(({ from, to }) => `${from.name} ${to.name}`);

describe('a full mesh', () => {
  it('is everybody with everybody else, in the order of both lists', () => {
    const [one, two, three] = members(3);
    const from = [two, one] as Member[];
    const to = [one, two, three] as Member[];
    expect(words(meshPairs({ ...all, from, to }))).toEqual([
      'pod-2 pod-1',
      'pod-2 pod-3',
      'pod-1 pod-2',
      'pod-1 pod-3',
    ]);
  });

  it('can be of one node, or of two', () => {
    const pods = members(4, 2);
    const pairs = (between: 'same-node' | 'across-nodes') =>
      words(meshPairs({ ...all, between, from: pods.slice(0, 1), to: pods }));
    expect(pairs('same-node')).toEqual(['pod-1 pod-3']);
    expect(pairs('across-nodes')).toEqual(['pod-1 pod-2', 'pod-1 pod-4']);
  });
});

describe('a mesh with peers', () => {
  const counts = (pairs: ReturnType<typeof meshPairs>, side: 'from' | 'to') =>
    [...Map.groupBy(pairs, (pair) => pair[side].name).values()].map((own) => own.length);

  it('lets each ask so many, and be asked by as many, none of them twice and nobody itself', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 1, max: 70 }),
        fc.nat(),
        (size, peers, seed) => {
          const pods = members(size);
          const pairs = meshPairs({ ...all, seed, peers, from: pods, to: pods });
          const each = Math.min(peers, size - 1);
          expect(counts(pairs, 'from')).toEqual(Array(size).fill(each));
          expect(counts(pairs, 'to')).toEqual(Array(size).fill(each));
          expect(new Set(words(pairs)).size).toBe(size * each);
          expect(pairs.filter(({ from, to }) => from.name === to.name)).toEqual([]);
        },
      ),
    );
  });

  it('draws the same with one seed, and others with another', () => {
    const pods = members(40);
    const drawn = (seed: number) => words(meshPairs({ ...all, seed, peers: 2, from: pods, to: pods }));
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  it('leaves most pairs as they were when there is a pod more', () => {
    const drawn = (size: number) => {
      const pods = members(size);
      return new Set(words(meshPairs({ ...all, peers: 2, from: pods, to: pods })));
    };
    const after = drawn(101);
    const gone = [...drawn(100)].filter((pair) => !after.has(pair));
    expect(gone.length).toBeLessThanOrEqual(2);
  });

  it('draws among those that count only', () => {
    const pods = members(30);
    const pairs = meshPairs({ ...all, between: 'across-nodes', peers: 3, from: pods, to: pods });
    expect(counts(pairs, 'from')).toEqual(Array(30).fill(3));
    expect(pairs.every(({ from, to }) => from.node !== to.node)).toBe(true);
  });
});
