// Every claim of a lab broken once: its check notices, and the others of the same experiment do not cry wolf.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentResult } from '../../infra/experiments/result.ts';
import { type MutatedLab, MutationPlace } from './mutated-lab.ts';
import type { Mutation } from './mutations/mutation.ts';

export function describeMutations(name: string, mutations: readonly Mutation[]): void {
  describe(`lab ${name}, one rule broken at a time`, () => {
    let place: MutationPlace;
    let lab: MutatedLab;

    beforeAll(async () => {
      place = await MutationPlace.open();
      lab = await place.stand(name);
    });
    afterAll(async () => {
      await place?.close();
    });

    it.each(mutations)('$experiment: $breaks', async (mutation) => {
      const result = await observed(mutation);
      expect(verdicts(result)).toEqual(foretold(result, mutation));
    });

    it('is whole again, and every check of it passes', async () => {
      const failures: string[] = [];
      for (const { name } of lab.lab.experiments) {
        const { verdict, reason, checks } = await lab.observe(name);
        if (verdict === 'pass') continue;
        const failed = checks.filter((check) => check.verdict !== 'pass');
        failures.push(
          `${name}: ${reason ?? ''} ${failed.flatMap((one) => [one.name, ...one.differences]).join('; ')}`,
        );
      }
      expect(failures).toEqual([]);
    });

    async function observed(mutation: Mutation): Promise<ExperimentResult> {
      const { broken, experiment } = mutation;
      if ('sandbox' in broken)
        return await lab.observe(experiment, await lab.sharing(broken.sandbox, broken.of));
      if ('variant' in broken) {
        const other = await place.stand(name, broken.variant);
        try {
          await other.run(broken.steps ?? [], await other.facts(mutation));
          return await other.observe(experiment);
        } finally {
          await other.remove();
        }
      }
      const facts = await lab.facts(mutation);
      try {
        await lab.run(broken.steps, facts);
        return await lab.observe(experiment);
      } finally {
        await lab.run(broken.undo, facts);
      }
    }
  });
}

/** Check → what it said. */
function verdicts({ checks }: ExperimentResult) {
  return Object.fromEntries(
    checks.map(({ name, verdict, differences }) => [
      name,
      verdict === 'inconclusive' ? { verdict, differences } : verdict,
    ]),
  );
}

function foretold({ checks, reason }: ExperimentResult, { fails, beside = {} }: Mutation) {
  const there = new Set(checks.map(({ name }) => name));
  const named = [...fails, ...Object.keys(beside)];
  // Of an experiment that could not be run there is no check, but a reason.
  expect(
    named.filter((name) => !there.has(name)),
    reason,
  ).toEqual([]);
  return Object.fromEntries(
    checks.map(({ name }) => {
      const said = fails.includes(name) ? 'fail' : (beside[name] ?? 'pass');
      return [name, said === 'inconclusive' ? expect.objectContaining({ verdict: said }) : said];
    }),
  );
}
