// Which backends there are: name → loader. The only place that names them all.
import { pathToFileURL } from 'node:url';
import type { Backend } from './backend.ts';

/** Loaded when asked for, so that a run pays only for the backend it uses. */
const loaders: Readonly<Record<string, () => Promise<Backend>>> = {
  netns: async () => (await import('./netns/netns-backend.ts')).netnsBackend,
};

/** The one that a lab runs on unless told otherwise. */
export const DEFAULT_BACKEND = 'netns';

/** Names of the backends that can be asked for. */
export function backendNames(): readonly string[] {
  const added = extra();
  return added ? [...Object.keys(loaders), added.name] : Object.keys(loaders);
}

/** Why there is no backend of this name, or undefined when there is one. */
export function backendProblem(name: string): string | undefined {
  if (backendNames().includes(name)) return undefined;
  return `there is no backend "${name}"; there is: ${backendNames().join(', ')}`;
}

/** @throws when there is no backend of this name, naming those there are. */
export async function loadBackend(name: string): Promise<Backend> {
  const added = extra();
  if (added?.name === name) {
    const module = (await import(pathToFileURL(added.module).href)) as { default: Backend };
    return module.default;
  }
  const load = loaders[name];
  if (!load) throw new Error(backendProblem(name));
  return load();
}

/** CNILAB_EXTRA_BACKEND=<name>=<absolute path of a module whose default export is a Backend>; tests add a stand-in so. */
function extra(): { readonly name: string; readonly module: string } | undefined {
  const value = process.env.CNILAB_EXTRA_BACKEND;
  const at = value?.indexOf('=') ?? -1;
  return value === undefined || at < 1
    ? undefined
    : { name: value.slice(0, at), module: value.slice(at + 1) };
}
