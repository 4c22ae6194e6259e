// The shell scripts that run inside the sandbox, as text: they are handed over as arguments, because the unprivileged
// user that runs them may not be able to read the checkout.
import { readFileSync } from 'node:fs';

const names = ['compose-root', 'keeper', 'agent', 'node', 'pod', 'container'] as const;
type ScriptName = (typeof names)[number];
const cache = new Map<ScriptName, string>();

/** Text of scripts/<name>.sh without its comment lines. */
export function scriptText(name: ScriptName): string {
  let text = cache.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`./scripts/${name}.sh`, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('#'))
      .join('\n');
    cache.set(name, text);
  }
  return text;
}
