// Edits of data: a value put elsewhere, taken away, doubled, or in another's place. Pure.
import * as fc from 'fast-check';
import { hostileValue } from './hostile-values.ts';

export type Tree = unknown;
export type TreeEdit = (tree: Tree) => Tree;
type Path = readonly (string | number)[];

/** Every place in a tree, the root too, as keys from the root. */
export function places(value: Tree, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const children = Array.isArray(value)
    ? value.map((inner, i) => [i, inner] as const)
    : Object.entries(value);
  return [path, ...children.flatMap(([key, inner]) => places(inner, [...path, key]))];
}

export function valueAt(tree: Tree, path: Path): Tree {
  return path.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)?.[key], tree);
}

/** The tree with what is at `path` changed. @param change what its parent holds there afterwards: any number of entries */
export function changeAt(
  tree: Tree,
  path: Path,
  change: (value: Tree, key: string | number) => readonly Tree[] | [string, Tree][],
): Tree {
  const [key, ...rest] = path;
  if (key === undefined) return change(tree, '')[0];
  if (Array.isArray(tree)) {
    return tree.flatMap((item, i) => {
      if (i !== key) return [item];
      return rest.length > 0 ? [changeAt(item, rest, change)] : change(item, key);
    });
  }
  const entries = Object.entries(tree as object).flatMap(([name, inner]) => {
    if (name !== key) return [[name, inner]];
    if (rest.length > 0) return [[name, changeAt(inner, rest, change)]];
    return change(inner, name).map((value) => [name, value]);
  });
  return fromEntries(entries as [string, Tree][]);
}

/** `__proto__` becomes a key like any other. */
export function fromEntries(entries: readonly (readonly [string, Tree])[]): object {
  const object: object = {};
  for (const [key, value] of entries)
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  return object;
}

/** Picks by number, whatever the tree looks like by then. */
function placeOf(tree: Tree, n: number): Path {
  const all = places(tree);
  return all[n % all.length] ?? [];
}

const anywhere = fc.nat({ max: 1_000_000 });

/** @param trees whose parts are put into others */
export function treeEdit(trees: readonly Tree[]): fc.Arbitrary<TreeEdit> {
  const put = fc.tuple(anywhere, hostileValue).map(
    ([n, value]): TreeEdit =>
      (tree) =>
        changeAt(tree, placeOf(tree, n), () => [value]),
  );
  const remove = anywhere.map(
    (n): TreeEdit =>
      (tree) =>
        changeAt(tree, placeOf(tree, n), () => []) ?? null,
  );
  const double = anywhere.map(
    (n): TreeEdit =>
      (tree) =>
        changeAt(tree, placeOf(tree, n), (value) => [value, value]),
  );
  const splice = fc.tuple(anywhere, fc.constantFrom(...trees), anywhere).map(
    ([n, other, m]): TreeEdit =>
      (tree) =>
        changeAt(tree, placeOf(tree, n), () => [valueAt(other, placeOf(other, m))]),
  );
  const add = fc
    .tuple(
      anywhere,
      fc.constantFrom('__proto__', 'constructor', 'nmae', 'x', '', 'a'.repeat(300), '\u001b[31m'),
      hostileValue,
    )
    .map(
      ([n, key, value]): TreeEdit =>
        (tree) =>
          changeAt(tree, placeOf(tree, n), (at) =>
            typeof at === 'object' && at !== null && !Array.isArray(at)
              ? [fromEntries([...Object.entries(at), [key, value]])]
              : [at],
          ),
    );
  const many = fc.tuple(anywhere, fc.nat({ max: 2000 })).map(
    ([n, times]): TreeEdit =>
      (tree) =>
        changeAt(tree, placeOf(tree, n), (at) => [
          Array.isArray(at) && at.length > 0
            ? Array.from({ length: times }, (_, i) => at[i % at.length])
            : at,
        ]),
  );
  return fc.oneof(
    { weight: 5, arbitrary: put },
    { weight: 3, arbitrary: remove },
    { weight: 2, arbitrary: double },
    { weight: 5, arbitrary: splice },
    { weight: 2, arbitrary: add },
    { weight: 1, arbitrary: many },
  );
}
