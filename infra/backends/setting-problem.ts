// Whether a backend understands a setting, and which one was probably meant.
import { suggest } from '../lab/suggest.ts';
import type { Backend } from './backend.ts';
import { settingVariable } from './setting-variable.ts';

export interface SettingProblem {
  /** What is wrong, one sentence without its full stop. */
  readonly message: string;
  readonly hint: string;
}

/** Why `key` is no setting of the backend; undefined when it is one. */
export function settingProblem(
  { name, settings = {} }: Pick<Backend, 'name' | 'settings'>,
  key: string,
): SettingProblem | undefined {
  if (Object.hasOwn(settings, key)) return undefined;
  const keys = Object.keys(settings);
  return {
    message: `backend ${name} has no setting "${key}"`,
    hint: keys.length === 0 ? 'it has none at all: take it out' : suggest(key, keys, 'settings'),
  };
}

/** Where a setting that the program has got can have been written. */
export function settingPlaces(backend: string, key: string): string {
  return `cnilab:${backend}.${key} in the stack's config, or ${settingVariable(backend, key)} in the environment`;
}
