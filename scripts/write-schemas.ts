// Writes the published JSON Schemas from the schemas in the code. `--check` says whether they are up to date instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { resultsJsonSchema } from '../infra/experiments/results-schema.ts';
import { labJsonSchema } from '../infra/lab/json-schema.ts';
import { parityJsonSchema } from '../infra/parity/explanation.ts';

/** Published file, relative to the project → what makes it. */
const SCHEMAS: readonly (readonly [file: string, make: () => unknown])[] = [
  ['labs/lab.schema.json', labJsonSchema],
  ['labs/results.schema.json', resultsJsonSchema],
  ['labs/parity.schema.json', parityJsonSchema],
];

const root = new URL('../', import.meta.url);
const check = process.argv.includes('--check');
for (const [file, make] of SCHEMAS) {
  const url = new URL(file, root);
  const text = print(make());
  if (!check) writeFileSync(url, text);
  else if (readFileSync(url, 'utf8') !== text) {
    console.error(`${file} is out of date: run node scripts/write-schemas.ts`);
    process.exitCode = 1;
  }
}

/** JSON as the project's formatter prints it: a list of scalars stays on one line where it fits. */
function print(value: unknown): string {
  const list = /^( *)(.*)\[\n((?: *(?:"(?:[^"\\]|\\.)*"|[\w.-]+),?\n)+) *\](,?)$/gm;
  const text = JSON.stringify(value, null, 2).replace(list, (whole, indent, head, body: string, tail) => {
    const items = body.trim().split(/\n */).join(' ');
    const line = `${indent}${head}[${items}]${tail}`;
    return line.length <= 110 ? line : whole;
  });
  return `${text}\n`;
}
