// Copies what a run leaves in the state directory to where it outlives the lab.
import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { resultsFile } from '../../infra/experiments/results-store.ts';
import { resultsDir } from '../../infra/state/stack-store.ts';
import { engineLog } from '../cli/engine/update-stack.ts';

/**
 * results.json and captures/, as far as there are any.
 * @param directory is made
 */
export async function keepResults(stack: string, directory: string): Promise<void> {
  const from = resultsDir(stack);
  await mkdir(directory, { recursive: true });
  await copy(resultsFile(from), path.join(directory, 'results.json'));
  await copy(path.join(from, 'captures'), path.join(directory, 'captures'));
}

/** What the engine said, for the runs that came to nothing. */
export async function keepEngineLog(stack: string, directory: string): Promise<void> {
  await copy(engineLog(stack), path.join(directory, 'engine.log'));
}

/** Every file below, relative to it, with slashes, in order. */
export async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ parentPath, name }) => path.relative(directory, path.join(parentPath, name)))
    .sort();
}

/** What is not there is not kept. */
async function copy(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
