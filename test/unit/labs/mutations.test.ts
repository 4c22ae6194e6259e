// What is broken on purpose in the labs: every claim, and the documentation says how.
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadLab } from '../../../infra/lab/load.ts';
import { FLANNEL_MUTATIONS } from '../../support/mutations/flannel.ts';
import { KINDNET_MUTATIONS } from '../../support/mutations/kindnet.ts';
import { checksOf, claimedChecks, mutationsPage } from '../../support/mutations/page.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');
const LABS = await Promise.all(
  Object.entries({ kindnet: KINDNET_MUTATIONS, flannel: FLANNEL_MUTATIONS }).map(
    async ([name, mutations]) => ({
      lab: await loadLab(path.join(ROOT, 'labs', name, 'lab.yaml')),
      mutations,
    }),
  ),
);

test.each(LABS)('every check of $lab.name with a claim is broken at least once', ({ lab, mutations }) => {
  const broken = new Set(
    mutations.flatMap(({ experiment, fails }) => fails.map((name) => `${experiment}: ${name}`)),
  );
  const unbroken = claimedChecks(lab).filter(({ experiment, name }) => !broken.has(`${experiment}: ${name}`));
  expect(unbroken).toEqual([]);
});

test.each(LABS)('every check that a mutation of $lab.name names is there', ({ lab, mutations }) => {
  const there = new Set(
    lab.experiments.flatMap((one) => checksOf(one).map(({ name }) => `${one.name}: ${name}`)),
  );
  const named = mutations.flatMap(({ experiment, fails, beside = {} }) =>
    [...fails, ...Object.keys(beside)].map((name) => `${experiment}: ${name}`),
  );
  expect(named.filter((name) => !there.has(name))).toEqual([]);
});

test.each(LABS)('every mutation of $lab.name is told apart from the others', ({ mutations }) => {
  const told = mutations.map(({ experiment, breaks }) => `${experiment}: ${breaks}`);
  expect(told.filter((one, index) => told.indexOf(one) !== index)).toEqual([]);
});

test('the documentation lists them as they are', async () => {
  await expect(mutationsPage(LABS)).toMatchFileSnapshot(path.join(ROOT, 'docs', 'trust', 'mutations.md'));
});
