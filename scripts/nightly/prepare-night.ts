// From what was asked for to a night that can be run: labs read, backends probed, a plan, a directory. Nothing is made but that.
import { mkdir, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { labProblem } from '../../infra/backends/lab-problem.ts';
import { loadLab } from '../../infra/lab/load.ts';
import { candidates } from '../cli/backend-candidates.ts';
import { parseSettings } from '../cli/backend-settings.ts';
import { usageError } from '../cli/cli-error.ts';
import { findLabFile, listLabFiles } from '../cli/lab-files.ts';
import { labExplanations } from '../cli/parity/lab-explanations.ts';
import { readablePath, shortPath } from '../cli/text.ts';
import { userDirectory } from '../cli/user-directory.ts';
import type { NightOptions } from './options.ts';
import { planNight } from './plan.ts';
import type { NightRequest } from './run-night.ts';
import type { NightLab } from './run-repeat.ts';
import { checkoutState } from './this-checkout.ts';

/** @throws CliError and LabError for what is wrong with the command line or a lab, before anything is looked at */
export async function prepareNight(
  options: NightOptions,
  now: Date,
  whereTheUserIs: string = userDirectory(),
): Promise<Omit<NightRequest, 'out'>> {
  const { labs: words, backend, set, repeats, machine = hostname(), ledger: [ledger] = [] } = options;
  const labs = await labsOf(words ?? (await listLabFiles()).map(({ file }) => file));
  const found = await candidates(backend, parseSettings(set));
  const usable = found.filter(({ refusal }) => refusal === undefined);
  const unusable = found.flatMap(({ name, refusal }) =>
    refusal ? [{ name, ...refusal, asked: backend !== undefined }] : [],
  );
  const plan = planNight(
    [...labs.keys()],
    usable.map(({ name }) => name),
    repeats,
    (lab, name) => labProblem(name, (labs.get(lab) as NightLab).lab),
  );
  const directory = await newDirectory(options.out, now, whereTheUserIs);
  return {
    facts: { night: now.toISOString(), ...(await checkoutState()), machine, unusable },
    plan,
    labs,
    backends: new Map(usable.map((candidate) => [candidate.name, candidate])),
    directory,
    ...(ledger !== undefined && { ledger: path.resolve(whereTheUserIs, ledger) }),
  };
}

async function labsOf(words: readonly string[]): Promise<ReadonlyMap<string, NightLab>> {
  const labs = new Map<string, NightLab>();
  for (const word of words) {
    const file = await findLabFile(word);
    const lab = await loadLab(readablePath(file));
    const other = labs.get(lab.name);
    if (other) {
      throw usageError(
        `two labs are called ${lab.name}: ${shortPath(other.file)} and ${shortPath(file)}`,
        'give one of them another name, or run them in two nights',
      );
    }
    labs.set(lab.name, { file, lab, explanations: await labExplanations(file, lab) });
  }
  return labs;
}

/** A night of before is not written over. */
async function newDirectory(asked: string | undefined, now: Date, base: string): Promise<string> {
  if (asked !== undefined) {
    const directory = path.resolve(base, asked);
    if (await isFree(directory)) return directory;
    throw usageError(`--out ${asked}: there is something in it already`, 'name a new or an empty directory');
  }
  const day = now.toISOString().slice(0, 10);
  for (let n = 1; ; n++) {
    const directory = path.resolve(base, 'nightly', n === 1 ? day : `${day}.${n}`);
    if (await isFree(directory)) return directory;
  }
}

/** Makes it, where it is free. */
async function isFree(directory: string): Promise<boolean> {
  await mkdir(directory, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return await readdir(directory).then(
    (entries) => entries.length === 0,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}
