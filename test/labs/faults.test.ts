import { expect, it } from 'vitest';
import { describeLab } from '../support/describe-lab.ts';

describeLab('faults', { claims: [], deleteRoute: ['node-1', 'ip route del 10.42.1.0/24'] }, (lab) => {
  it('has every exercise thrice: what is seen, what is to blame, and that it is undone', async () => {
    const { experiments } = await lab().stack.results();
    const broken = experiments.filter(({ faults }) => faults !== undefined);
    const exercises = new Set(broken.flatMap(({ faults = [] }) => faults.map(({ name }) => name)));
    expect(exercises.size).toBe(10);
    for (const name of exercises) {
      const [seen, blamed, undone] = [name, `${name}-diagnosis`, `${name}-repaired`].map((one) =>
        experiments.find((experiment) => experiment.name === one),
      );
      expect({ name, seen: seen?.faults?.length, blamed: blamed?.faults?.length }).toEqual({
        ...{ name, seen: 1, blamed: 1 },
      });
      expect({ name, kinds: [blamed?.kind, undone?.kind], broken: undone?.faults }).toEqual({
        ...{ name, kinds: ['diagnose', 'diagnose'], broken: undefined },
      });
    }
  });
});
