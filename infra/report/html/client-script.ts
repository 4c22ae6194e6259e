// The page's script: the modules of client/ as one, since a page that is one file has nothing to import from.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const DIRECTORY = path.join(import.meta.dirname, 'client');
/** Those that others import come first. */
const FILES = ['dom', 'hops', 'facts', 'drawing', 'stepper', 'print', 'main'] as const;

/** @throws Error when two modules have a name in common: they share one scope here */
export function clientScript(): string {
  const texts = FILES.map((name) => inlined(readFileSync(path.join(DIRECTORY, `${name}.js`), 'utf8')));
  const names = texts.flatMap((text) =>
    [...text.matchAll(/^(?:function|const|let) (\w+)/gm)].map(([, name]) => name),
  );
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two modules of the page have the name ${twice}`);
  return `(() => {\n'use strict';\n${texts.join('\n')}\nbegin();\n})();\n`;
}

/** Without imports, exports and comments that stand on lines of their own. */
function inlined(module: string): string {
  return module
    .replaceAll(/^import [^;]*;\n/gm, '')
    .replaceAll(/^export /gm, '')
    .replaceAll(/^ *\/\*\*[\s\S]*?\*\/ *\n/gm, '')
    .replaceAll(/^ *\/\/.*\n/gm, '');
}
