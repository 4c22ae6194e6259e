// The labs that come with the project, as texts: what is mutated.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../cli/project.ts';

export interface LabText {
  readonly yaml: string;
  /** Base name → content of the files that `network.configs` names. */
  readonly configs: Readonly<Record<string, string>>;
}

export function realLabs(): readonly LabText[] {
  const labs = path.join(ROOT, 'labs');
  const directories = readdirSync(labs, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && entry.name !== 'stacks' ? [path.join(labs, entry.name)] : [],
  );
  return [...directories, path.join(ROOT, 'scripts', 'templates', 'starter')].map((directory) => ({
    yaml: readFileSync(path.join(directory, 'lab.yaml'), 'utf8'),
    configs: filesIn(path.join(directory, 'configs')),
  }));
}

/** Empty where there is no such directory. */
function filesIn(directory: string): Readonly<Record<string, string>> {
  const entries = readdirSync(path.dirname(directory)).includes(path.basename(directory))
    ? readdirSync(directory)
    : [];
  return Object.fromEntries(entries.map((name) => [name, readFileSync(path.join(directory, name), 'utf8')]));
}
