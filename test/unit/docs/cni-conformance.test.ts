// The page about conformance says what its data say, and its data name tests and cases that there are.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CASES } from '../../conformance/cases.ts';
import { CLAUSES } from '../../conformance/clauses.ts';
import { DIFFERENCES } from '../../conformance/differences.ts';
import { DOCUMENT, documentText, readFigures } from '../../conformance/document.ts';

const UNIT = path.resolve(import.meta.dirname, '..');

test('docs/trust/cni-conformance.md is up to date (else: node scripts/write-conformance.ts)', () => {
  expect(readFileSync(DOCUMENT, 'utf8') === documentText(readFigures())).toBe(true);
});

test('every clause has a test, a case or a reason; the tests and cases are there', () => {
  const texts = new Map<string, string>();
  const read = (file: string) => {
    if (!texts.has(file)) texts.set(file, readFileSync(path.join(UNIT, file), 'utf8'));
    return texts.get(file) ?? '';
  };
  const names = CASES.map(({ name }) => name);
  for (const { says, tests = [], cases = [], note } of CLAUSES) {
    expect(tests.length + cases.length > 0 || note !== undefined, says).toBe(true);
    const missing = tests.filter(([file, name]) => !read(file).includes(`'${name}'`));
    expect(missing, says).toEqual([]);
    expect(
      cases.filter((name) => !names.includes(name)),
      says,
    ).toEqual([]);
  }
});

test('the recorded run had all cases, and every argued difference was met in it', () => {
  const { adds, met, total } = readFigures();
  expect(total.unexplained).toBe(0);
  const withAdd = CASES.filter(({ steps }) => steps === undefined || steps.includes('add'));
  expect(Object.keys(adds).sort()).toEqual(withAdd.map(({ name }) => name).sort());
  expect(Object.keys(met).sort()).toEqual(DIFFERENCES.map(({ id }) => id).sort());
});
