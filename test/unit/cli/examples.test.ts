// Help speaks of one lab: every name in an example is one that its lab has.
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Lab } from '../../../infra/lab/lab.ts';
import { loadLab } from '../../../infra/lab/load.ts';
import { examplesOf } from '../../../scripts/cli/examples.ts';
import { DEFAULT_LAB } from '../../../scripts/cli/lab-files.ts';

const labs = path.resolve(import.meta.dirname, '..', '..', '..', 'labs');
const hostsOf = ({ nodes, workloads }: Lab) =>
  [...nodes, ...workloads.flatMap(({ pods }) => pods)].map((one) => one.name);

/** Words behind the verb, without options and what they take, comments, pipes, and the command that `exec` runs. */
function wordsOf(example: string, verb: string): readonly string[] {
  const [, behind = ''] = example.split(` -- ${verb}`);
  return behind
    .replace(/ -- .*| {3,}.*| [|>].*/, '')
    .replaceAll(/ --\S+( [\w.-]+)?/g, '')
    .split(' ')
    .filter(Boolean);
}

test.each(['exec', 'trace', 'inspect'])('hosts of %s', async (verb) => {
  const names = hostsOf(await loadLab(path.join(labs, DEFAULT_LAB, 'lab.yaml')));
  const said = examplesOf(verb).flatMap((example) =>
    wordsOf(example, verb).slice(verb === 'inspect' ? 1 : 0),
  );
  expect(said).not.toEqual([]);
  for (const word of said.filter((one) => !/^[\d.]+$/.test(one))) expect(names).toContain(word.split('/')[0]);
});

test.each(['verify', 'journey', 'results'])('experiments of %s', async (verb) => {
  const { experiments } = await loadLab(path.join(labs, DEFAULT_LAB, 'lab.yaml'));
  const said = examplesOf(verb).flatMap((example) => wordsOf(example, verb));
  expect(said).not.toEqual([]);
  for (const word of said) expect(experiments.map(({ name }) => name)).toContain(word);
});
