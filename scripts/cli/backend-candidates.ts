// The backends that a lab is to be run on: those asked for, what is said of each, and why one cannot be used here.
import type { Backend } from '../../infra/backends/backend.ts';
import { backendNames, backendTraits, loadBackend } from '../../infra/backends/registry.ts';
import { type SetSettings, toldSettings } from './backend-settings.ts';
import { unknownName } from './unknown-name.ts';

export interface Candidate {
  readonly name: string;
  /** What its cluster is told, of the environment and of what is set. */
  readonly settings: Readonly<Record<string, string>>;
  /** The latter: for the stack's config. The environment is there for the program to see. */
  readonly set: Readonly<Record<string, string>>;
  /** Why it cannot be used here, and what to do; undefined when it can. */
  readonly refusal?: Awaited<ReturnType<Backend['probe']>>;
}

/**
 * @param asked names with commas between them. @default all that make clusters of their own: a lab does not come into whatever
 *   cluster a kubeconfig happens to name, unless it is sent there
 * @throws CliError for a backend there is not, and for a setting that a backend does not understand
 */
export async function candidates(asked: string | undefined, set: SetSettings): Promise<readonly Candidate[]> {
  const backends = await Promise.all(chosen(asked).map((name) => loadBackend(name)));
  // All of them first: a wrong setting is told before anything of the machine is looked at.
  const told = backends.map((backend) => ({ backend, settings: toldSettings(backend, set) }));
  return await Promise.all(
    told.map(async ({ backend, settings }) => {
      const refusal = await backend.probe('auto', settings);
      const { name } = backend;
      return { name, settings, set: set[name] ?? {}, ...(refusal && { refusal }) };
    }),
  );
}

function chosen(asked: string | undefined): readonly string[] {
  const all = backendNames();
  if (asked === undefined) return all.filter((name) => !backendTraits(name).foreign);
  const names = [...new Set(asked.split(',').map((name) => name.trim()))];
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw unknownName(`there is no backend "${unknown}"`, unknown, all, 'backends');
  return names;
}
