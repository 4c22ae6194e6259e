// A lab from disk: lab.yaml and the files of its configs directory, nothing from outside the lab's own directory.
// biome-ignore lint/style/noRestrictedImports: the one edge of this folder: it reads the files
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
// biome-ignore lint/style/noRestrictedImports: as above
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { Lab } from './lab.ts';
import { type ParsedLab, parseLabSource } from './parse.ts';
import { MAX_LAB_FILE, TOO_LARGE } from './parse-yaml.ts';
import { LabError } from './problem.ts';
import { resolveLab } from './resolve.ts';
import { problemAt } from './source.ts';
import { nearest } from './suggest.ts';

/** Bytes, each file; and how many files. A CNI configuration has a kilobyte or two. */
const MAX_CONFIG = 256 * 1024;
const MAX_CONFIGS = 100;
const CONFIG_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/;

/**
 * Reads, parses and resolves a lab. `path` is a lab file, or a directory with a lab.yaml in it.
 * @throws LabError for anything wrong with the files or what is in them
 */
export async function loadLab(path: string): Promise<Lab> {
  const { file, parsed } = await readLab(path);
  return resolveLab(parsed.raw, parsed.source, await readConfigs(file, parsed));
}

async function readLab(path: string): Promise<{ file: string; parsed: ParsedLab }> {
  const entry = await stat(path).catch(() => undefined);
  const file = entry?.isDirectory() ? join(path, 'lab.yaml') : path;
  const info = entry?.isDirectory() ? await stat(file).catch(() => undefined) : entry;
  if (!info) throw unreadable(file, 'there is no such file', await whatThereIs(file));
  if (!info.isFile()) throw unreadable(file, 'this is not a regular file');
  if (info.size > MAX_LAB_FILE)
    throw unreadable(file, TOO_LARGE, 'a lab file is written by hand: is this the right file?');
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(file, `the file cannot be read (${error.code})`, 'check its permissions');
  });
  return { file, parsed: parseLabSource(decode(bytes, file), file) };
}

/** Base name → content of every file in `network.configs`. */
async function readConfigs(file: string, { raw, source }: ParsedLab): Promise<Record<string, string>> {
  const configs = raw.network.configs;
  if (configs === undefined) return {};
  const fail = (message: string, hint?: string) =>
    new LabError([problemAt(source, ['network', 'configs'], message, hint)]);
  const home = await realpath(dirname(file));
  const inside = (target: string) => target === home || target.startsWith(home + sep);
  const away = relative(home, join(home, configs));
  if (isAbsolute(configs) || away.startsWith('..'))
    throw fail(
      `"${configs}" is outside the lab's directory`,
      'name a directory beside lab.yaml, such as configs',
    );
  const directory = await realpath(join(home, configs)).catch(() => undefined);
  if (directory === undefined)
    throw fail(`there is no directory "${configs}" beside ${basename(file)}`, 'make it, or take configs out');
  if (!inside(directory)) throw fail(`"${configs}" is a link to outside the lab's directory`);
  if (!(await stat(directory)).isDirectory()) throw fail(`"${configs}" is not a directory`);

  const names = (await readdir(directory)).filter((name) => !name.startsWith('.')).sort();
  if (names.length > MAX_CONFIGS)
    throw fail(`"${configs}" has ${names.length} files; at most ${MAX_CONFIGS} are read`);
  const result: Record<string, string> = {};
  for (const name of names) {
    const shown = `${configs}/${name}`;
    if (!CONFIG_NAME.test(name))
      throw fail(`the file name "${shown}" has characters that are not letters, digits, ".", "_" or "-"`);
    const target = await realpath(join(directory, name)).catch(() => undefined);
    if (target === undefined || !inside(target))
      throw fail(`"${shown}" is a link to nowhere or to outside the lab's directory`);
    const info = await lstat(target);
    if (!info.isFile()) throw fail(`"${shown}" is not a regular file`, 'only files go into /etc/cni/net.d');
    if (info.size > MAX_CONFIG) throw fail(`"${shown}" is larger than ${MAX_CONFIG / 1024} kB`);
    const bytes = await readFile(target).catch((error: NodeJS.ErrnoException) => {
      throw fail(`"${shown}" cannot be read (${error.code})`, 'check its permissions');
    });
    result[name] = decode(bytes, join(dirname(file), configs, name));
  }
  return result;
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const good = new TextDecoder('utf-8').decode(bytes).split('�', 1)[0] ?? '';
    const lines = good.split('\n');
    const column = (lines.at(-1)?.length ?? 0) + 1;
    throw new LabError([
      {
        file,
        line: lines.length,
        column,
        path: '',
        message: 'this is not UTF-8 text',
        hint: 'save the file as UTF-8',
      },
    ]);
  }
}

function unreadable(file: string, message: string, hint?: string): LabError {
  return new LabError([{ file, line: 1, column: 1, path: '', message, ...(hint !== undefined && { hint }) }]);
}

/** A hint for a path that leads nowhere: the nearest name in the deepest directory of it that exists. */
async function whatThereIs(file: string): Promise<string | undefined> {
  const parent = dirname(file);
  const all = await readdir(parent).catch(() => undefined);
  if (all === undefined) return parent === file ? undefined : whatThereIs(parent);
  const names = all.filter((name) => !name.startsWith('.'));
  const near = nearest(basename(file), names);
  if (near !== undefined) return `did you mean ${join(parent, near)}?`;
  return names.length > 0
    ? `in ${parent === '.' ? 'this directory' : parent} there is: ${names.slice(0, 10).join(', ')}`
    : `${parent} is empty`;
}
