// What the documents show: fenced blocks of a language, each with its place.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

export interface DocBlock {
  /** `docs/labs.md:29` */
  readonly place: string;
  readonly document: string;
  readonly text: string;
}

/** README.md and everything in docs/ but the decisions, which are of their day. */
export const documents: readonly string[] = [
  'README.md',
  ...globSync('docs/**/*.md', { cwd: ROOT })
    .filter((file) => !file.startsWith(path.join('docs', 'decisions')))
    .toSorted(),
];

/** Its text. */
export const readDocument = (document: string) => readFileSync(path.join(ROOT, document), 'utf8');

/** Blocks of a language in a document, in order; the indentation of a list is taken off. */
export function docBlocks(document: string, language: string): readonly DocBlock[] {
  const text = readDocument(document);
  const fences = [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))];
  return fences.map(({ index, 1: indent = '', 2: body = '' }) => ({
    place: `${document}:${text.slice(0, index).split('\n').length}`,
    document,
    text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}
