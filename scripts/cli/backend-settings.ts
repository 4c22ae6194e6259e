// Settings of backends on the command line (`--set`), and those of the environment: looked at before anything starts.
import type { Backend } from '../../infra/backends/backend.ts';
import { backendNames, loadBackend } from '../../infra/backends/registry.ts';
import { settingProblem } from '../../infra/backends/setting-problem.ts';
import { settingsFromEnvironment, settingVariable } from '../../infra/backends/setting-variable.ts';
import { usageError } from './cli-error.ts';
import { unknownName } from './unknown-name.ts';

/** Backend → key → text; an empty text takes back what was said before. */
export type SetSettings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * @param words as behind `--set`: `<backend>.<key>=<value>`, or `<key>=<value>` of the one that is meant
 * @param meant @default none: the backend has to be named
 * @throws CliError for what is not of that form, and for a backend there is not
 */
export function parseSettings(words: readonly string[], meant?: string): SetSettings {
  const found: Record<string, Record<string, string>> = {};
  for (const word of words) {
    const [, named, key, value] = /^(?:([^.=]+)\.)?([A-Za-z][A-Za-z0-9]*)=(.*)$/s.exec(word) ?? [];
    const backend = named ?? meant;
    if (key === undefined || value === undefined || backend === undefined) {
      throw usageError(
        `--set ${word}: this is not of the form ${meant === undefined ? '<backend>.<key>=<value>' : '<key>=<value>'}`,
        'such as --set kind.image=kindest/node:v1.34.0',
      );
    }
    if (!backendNames().includes(backend)) {
      throw unknownName(
        `--set ${word}: there is no backend "${backend}"`,
        backend,
        backendNames(),
        'backends',
      );
    }
    found[backend] = { ...found[backend], [key]: value };
  }
  return found;
}

/**
 * What a stack without config of its own would be told of the backend: the environment, and above it what is set.
 * @throws CliError naming the first setting that the backend does not understand, where it is from, and what was meant
 */
export function toldSettings(
  backend: Pick<Backend, 'name' | 'settings'>,
  set: SetSettings,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  const own = set[backend.name] ?? {};
  const told = { ...settingsFromEnvironment(backend.name, env), ...own };
  for (const [key, value] of Object.entries(told)) {
    const problem = settingProblem(backend, key, value);
    if (!problem) continue;
    const from = Object.hasOwn(own, key)
      ? `--set ${backend.name}.${key}`
      : settingVariable(backend.name, key);
    throw usageError(`${from}: ${problem.message}`, problem.hint);
  }
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== ''));
}

/** The same for a backend by its name, which is loaded only when something is said of it. */
export async function refuseUnknownSettings(backend: string, set: SetSettings): Promise<void> {
  const said = [
    ...Object.keys(set[backend] ?? {}),
    ...Object.keys(settingsFromEnvironment(backend, process.env)),
  ];
  if (said.length > 0) toldSettings(await loadBackend(backend), set);
}
