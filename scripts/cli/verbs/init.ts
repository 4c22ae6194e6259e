// `init`: a directory with a lab of one's own, from a template.
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadLab } from '../../../infra/lab/load.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { listLabFiles } from '../lab-files.ts';
import { ROOT } from '../project.ts';
import { asTyped } from '../spelling.ts';
import { shortPath } from '../text.ts';
import { unknownName } from '../unknown-name.ts';
import { userDirectory, userPath } from '../user-directory.ts';

const STARTER = 'starter';
/** RFC 1123, as names in a lab file. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** What a template leaves to be filled in. */
const PLACES = /@(NAME|DIRECTORY)@/g;

export interface InitOptions {
  readonly template?: string;
  readonly json?: boolean;
}

/** @param word the directory, which must not be there or must be empty; the lab is called as it is */
export async function init(word: string, options: InitOptions): Promise<ExitCode> {
  const directory = userPath(word);
  const name = path.basename(directory);
  if (!NAME.test(name))
    throw usageError(
      `"${name}" cannot be the name of a lab`,
      'name the directory with lower case letters, digits and "-", such as ./my-lab',
    );
  const template = await templateDirectory(options.template ?? STARTER);
  if (existsSync(directory) && (await readdir(directory)).length > 0)
    throw usageError(
      `${shortPath(directory)} is there and not empty`,
      'choose another directory; nothing was written',
    );
  await mkdir(directory, { recursive: true });
  await cp(template, directory, { recursive: true });
  await fillIn(directory, name);
  const lab = await loadLab(path.join(directory, 'lab.yaml'));
  const files = (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .toSorted();
  const shown = shownPath(directory);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ name: lab.name, directory, files }, null, 2)}\n`
      : asTyped(
          [
            `Lab ${lab.name} is in ${shown}: ${files.join(', ')}`,
            `  → npm run up -- ${shown}   stands it up`,
            `  → npm run -s lab -- validate ${shown}   says what is wrong with it while you write`,
            '',
          ].join('\n'),
        ),
  );
  return EXIT.pass;
}

async function templateDirectory(template: string): Promise<string> {
  if (template === STARTER) return path.join(ROOT, 'scripts', 'templates', STARTER);
  const labs = await listLabFiles();
  const found = labs.find(({ name }) => name === template);
  if (found) return path.dirname(found.file);
  const names = [STARTER, ...labs.map(({ name }) => name)];
  throw unknownName(`there is no template "${template}"`, template, names, 'templates');
}

/** Names and paths; of a lab of ours the name in its file, and where the schema is from there. */
async function fillIn(directory: string, name: string): Promise<void> {
  const schema = path.relative(directory, path.join(ROOT, 'labs', 'lab.schema.json'));
  const values: Readonly<Record<string, string>> = {
    NAME: name,
    DIRECTORY: shownPath(directory),
  };
  for (const file of ['lab.yaml', 'README.md'].map((base) => path.join(directory, base))) {
    if (!existsSync(file)) continue;
    const text = (await readFile(file, 'utf8'))
      .replace(PLACES, (_, place: string) => values[place] ?? '')
      .replace(/^(# yaml-language-server: \$schema=).*$/m, (_, head: string) => `${head}${schema}`);
    const renamed = file.endsWith('.yaml') ? text.replace(/^name: .*$/m, () => `name: ${name}`) : text;
    await writeFile(file, renamed);
  }
}

/** As `up` takes it: never to be mistaken for the name of a lab of ours. */
function shownPath(directory: string): string {
  const short = shortPath(directory, userDirectory());
  return path.isAbsolute(short) || short.startsWith('..') ? short : `./${short}`;
}
