// docs/contributing.md is true of the tree: its map has every room, and the code that it shows is there.
import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { docBlocks, readDocument } from '../../support/doc-blocks.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');
const PAGE = path.join('docs', 'contributing.md');
const page = readDocument(PAGE);
const map = page.slice(page.indexOf('lab.yaml ─▶'), page.indexOf('**Tests mirror'));

test.each(directoriesOf('infra'))('the map has infra/%s', (room) => {
  expect(`${map}/`).toMatch(
    new RegExp(`(infra/|─▶ )${room}\\b|components/ ─▶ ${room}/|infra/main .*${room}/`),
  );
});

test.each(directoriesOf('scripts').filter((room) => !['engine', 'templates', 'test'].includes(room)))(
  'the map has scripts/%s',
  (room) => {
    expect(map).toMatch(new RegExp(`(scripts/[\\w/, ]*)\\b${room}\\b`));
  },
);

test('the code that it shows is in the file that it names', () => {
  const blocks = docBlocks(PAGE, 'ts');
  expect(blocks.length).toBeGreaterThan(0);
  const sources = globSync('infra/**/*.ts', { cwd: ROOT }).filter((file) => page.includes(`(../${file})`));
  const texts = sources.map((file) => readFileSync(path.join(ROOT, file), 'utf8'));
  expect(blocks.filter(({ text }) => !texts.some((source) => source.includes(text)))).toEqual([]);
});

function directoriesOf(parent: string): readonly string[] {
  return readdirSync(path.join(ROOT, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
