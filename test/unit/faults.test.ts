// The catalogue of faults as people meet it: names, and the page that lists them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from '../../infra/faults/catalogue.ts';

const PAGE = path.resolve(import.meta.dirname, '../../docs/faults.md');

test('names are labels, each once', () => {
  const names = FAULTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z][a-z0-9-]{0,62}$/.test(name))).toEqual([]);
});

test('the page lists every fault with its symptom, in the order of the catalogue', () => {
  const rows = readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z-]+)` \|.*\| ([^|]+) \|$/gm);
  expect([...rows].map(([, name, symptom]) => ({ name, symptom }))).toEqual(
    FAULTS.map(({ name, symptom }) => ({ name, symptom })),
  );
});
