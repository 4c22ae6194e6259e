// Keeps the lists of the stack's record in the lab file's order, though their items are made in any order.

export type Ordered<T> = T & { readonly order: number };

/** The list with `item` in its place, instead of its namesake if there is one. */
export function inOrder<T extends { readonly name: string }>(
  list: readonly T[],
  item: Ordered<T>,
): readonly T[] {
  const others = list.filter((one) => one.name !== item.name);
  // All of it: while several items move, each is put in its place among others that have not moved yet.
  return [...others, item].toSorted((a, b) => orderOf(a) - orderOf(b));
}

/** The list in the order of `names`, and numbered so; what they do not name comes last. */
export function inOrderOf<T extends { readonly name: string }>(
  list: readonly T[],
  names: readonly string[],
): readonly Ordered<T>[] {
  const place = ({ name }: T) => (names.includes(name) ? names.indexOf(name) : names.length);
  return list.toSorted((a, b) => place(a) - place(b)).map((item) => ({ ...item, order: place(item) }));
}

function orderOf(item: object): number {
  return (item as { readonly order?: number }).order ?? 0;
}
