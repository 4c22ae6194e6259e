// Links between the documents lead to files and headings that are there.
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const documents = ['README.md', 'CHANGELOG.md', 'SECURITY.md', ...globSync('docs/**/*.md', { cwd: root })];

test.each(documents)('%s', (document) => {
  const broken = linksOf(proseOf(document)).filter((link) => !leads(document, link));
  expect(broken).toEqual([]);
});

function leads(document: string, link: string): boolean {
  const [file = '', heading] = link.split('#');
  const target = file === '' ? document : path.join(path.dirname(document), file);
  if (!existsSync(path.join(root, target))) return false;
  return heading === undefined || !target.endsWith('.md') || anchorsOf(proseOf(target)).includes(heading);
}

/** Without blocks of code, which may hold brackets and lines that begin with "#". */
function proseOf(document: string): string {
  return readFileSync(path.join(root, document), 'utf8').replace(/^ *```[\s\S]*?^ *```\s*$/gm, '');
}

/** `[text](target)` and `[label]: target`, but for URLs. */
function linksOf(text: string): readonly string[] {
  const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)];
  return inline.map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}

/** As GitHub makes them: lower case, letters, digits, "-" and "_" kept, blanks become "-". */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
