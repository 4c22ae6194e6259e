// Whether a backend understands a setting and its value, and which was probably meant.
import { suggest } from '../lab/suggest.ts';
import type { Backend } from './backend.ts';
import { settingVariable } from './setting-variable.ts';

export interface SettingProblem {
  /** What is wrong, one sentence without its full stop. */
  readonly message: string;
  readonly hint: string;
}

/** Why `key` is no setting of the backend, or `value` no value of it; undefined when they are. */
export function settingProblem(
  { name, settings = {} }: Pick<Backend, 'name' | 'settings'>,
  key: string,
  value: string,
): SettingProblem | undefined {
  if (Object.hasOwn(settings, key)) {
    const { values } = settings[key] ?? {};
    // An empty text takes a setting back.
    if (values === undefined || value === '' || values.includes(value)) return undefined;
    return {
      message: `setting ${key} of backend ${name} cannot be "${value}"`,
      hint: suggest(value, values, 'values'),
    };
  }
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
