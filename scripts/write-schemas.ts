// Writes the published JSON Schemas, and the reference of lab files, from the schemas in the code.
// `--check` says whether they are up to date instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { resultsJsonSchema } from '../infra/experiments/results-schema.ts';
import { labJsonSchema } from '../infra/lab/json-schema.ts';
import { parityJsonSchema } from '../infra/parity/explanation.ts';
import { labReference } from './schemas/lab-reference.ts';

/** Published file, relative to the project → what makes it. */
const PUBLISHED: readonly (readonly [file: string, make: () => string])[] = [
  ['labs/lab.schema.json', () => print(labJsonSchema())],
  ['labs/results.schema.json', () => print(resultsJsonSchema())],
  ['labs/parity.schema.json', () => print(parityJsonSchema())],
  ['docs/lab-file-reference.md', () => labReference(labJsonSchema())],
];

const root = new URL('../', import.meta.url);
const check = process.argv.includes('--check');
for (const [file, make] of PUBLISHED) {
  const url = new URL(file, root);
  const text = make();
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
  // A list whose one element is such a list, or has nothing in it, goes round it.
  return `${text.replace(/\[\n *(\[.*\]|\{\})\n *\]/g, '[$1]')}\n`;
}
