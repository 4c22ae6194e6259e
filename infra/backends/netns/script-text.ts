// The scripts that run inside the sandbox, as text: they are handed over as arguments, because the unprivileged user
// that runs them may not be able to read the checkout.
import { readFileSync } from 'node:fs';

export type ScriptName = 'sandbox.sh' | 'keeper.sh' | 'compose-root.pl' | 'node.pl' | 'agent.pl';
const cache = new Map<ScriptName, string>();

/** Text of scripts/<name> without its comment lines; before a Perl script what all of them share. */
export function scriptText(name: ScriptName): string {
  let text = cache.get(name);
  if (text === undefined) {
    text = `${name.endsWith('.pl') ? read('kernel.pl') : ''}${read(name)}`;
    cache.set(name, text);
  }
  return text;
}

function read(name: ScriptName | 'kernel.pl'): string {
  return readFileSync(new URL(`./scripts/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n');
}
