// Lab files that nobody would write: real ones mutated as text, as words and as data, and hostile ones. Pure.
import * as fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { textEdit } from '../edit-text.ts';
import { type Tree, treeEdit } from '../edit-tree.ts';
import { hostileDocument } from './hostile-documents.ts';
import type { LabText } from './real-labs.ts';

/** @param labs that are right: what is mutated, and what parts are taken from */
export function labDocuments(labs: readonly LabText[]): fc.Arbitrary<LabText> {
  const trees: readonly Tree[] = labs.map(({ yaml }) => parse(yaml));
  const edits = fc.array(treeEdit(trees), { minLength: 1, maxLength: 5 });
  const written = fc.constantFrom<(tree: Tree) => string>(write, write, (tree) => JSON.stringify(tree) ?? '');
  const mutated = labs.map(({ yaml, configs }, i) => {
    const asText = fc
      .array(textEdit(yaml), { minLength: 1, maxLength: 6 })
      .map((list) => list.reduce((text, edit) => edit(text), yaml));
    const asData = fc
      .tuple(edits, written)
      .map(([list, as]) => as(list.reduce((tree, edit) => edit(tree), trees[i])));
    return fc
      .oneof({ weight: 1, arbitrary: asText }, { weight: 1, arbitrary: asData })
      .map((text) => ({ yaml: text, configs }));
  });
  return fc.oneof(
    { weight: 5, arbitrary: fc.oneof(...mutated) },
    { weight: 1, arbitrary: hostileDocument.map((yaml) => ({ yaml, configs: {} })) },
  );
}

function write(tree: Tree): string {
  try {
    return stringify(tree, { aliasDuplicateObjects: false });
  } catch {
    // The writer has limits of its own; the reader is to be tried all the same.
    return JSON.stringify(tree) ?? '';
  }
}
