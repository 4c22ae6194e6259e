// Every package that is depended on has its reason in docs/dependencies.md, and nothing else has a row there.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const page = readFileSync(path.join(root, 'docs', 'dependencies.md'), 'utf8');
const { dependencies, devDependencies, allowScripts } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Packages in the first column of the table under a heading, with the rest of their rows. */
function rows(heading: string): ReadonlyMap<string, readonly string[]> {
  const table = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const cells = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(
    cells.flatMap(([, names = '', ...rest]) =>
      [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, rest.slice(0, -1)] as const),
    ),
  );
}

test.each([
  ['What runs', dependencies],
  ['What only builds and tests', devDependencies],
])('%s', (heading, packages = {}) => {
  const told = rows(heading);
  expect([...told.keys()].sort()).toEqual(Object.keys(packages).sort());
  for (const [name, reasons] of told)
    for (const reason of reasons) expect(reason.length, name).toBeGreaterThan(2);
});

test('scripts of an installation are named one by one', () => {
  const allowed = Object.entries(allowScripts ?? {}).filter(([, may]) => may !== false);
  expect(allowed).toEqual([['node', true]]);
});
