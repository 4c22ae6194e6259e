// Lab files: those of this checkout by name, any other by path.
import { existsSync, realpathSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './project.ts';
import { unknownName } from './unknown-name.ts';
import { userDirectory } from './user-directory.ts';

/** What `npm run up` stands up when it is not told. */
export const DEFAULT_LAB = 'kindnet';

export interface LabFile {
  /** Directory name under labs/. */
  readonly name: string;
  /** Absolute path of its lab.yaml. */
  readonly file: string;
}

/** Labs of a labs/ directory, by name. */
export async function listLabFiles(directory: string = path.join(ROOT, 'labs')): Promise<readonly LabFile[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, file: path.join(directory, name, 'lab.yaml') }))
    .filter(({ file }) => existsSync(file))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Absolute path of the lab file that a word on the command line means: a lab of this checkout, or a path to a lab
 * file or to a directory with a lab.yaml. Whether it can be read is for the loader to say.
 *
 * @throws CliError for a bare name that is neither
 */
export async function findLabFile(
  word: string,
  whereTheUserIs: readonly string[] = userDirectories(),
): Promise<string> {
  const labs = await listLabFiles();
  const named = labs.find((lab) => lab.name === word);
  if (named) return named.file;
  const candidates = whereTheUserIs.map((directory) => path.resolve(directory, word));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return realIfThere(found);
  const isPath = /[/\\]|\.ya?ml$/.test(word);
  if (isPath) return candidates[0] ?? word;
  throw unknownName(
    `there is no lab "${word}"`,
    word,
    labs,
    'labs',
    'a lab of your own is named by its file, such as ./my-lab/lab.yaml',
  );
}

function userDirectories(): readonly string[] {
  return [...new Set([userDirectory(), process.cwd(), ROOT])];
}

function realIfThere(found: string): string {
  const file = statSync(found).isDirectory() ? path.join(found, 'lab.yaml') : found;
  return existsSync(file) ? realpathSync(file) : file;
}

/** Name of the lab under this checkout's labs/ that the file is; undefined for any other file. */
export function nameInCheckout(file: string): string | undefined {
  const [name = '', base, ...rest] = path.relative(path.join(ROOT, 'labs'), file).split(path.sep);
  return name !== '..' && base === 'lab.yaml' && rest.length === 0 ? name : undefined;
}
