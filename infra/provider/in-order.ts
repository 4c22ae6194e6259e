// Keeps a list of the stack's record in the lab file's order, though its items are made in any order.

export type Ordered<T> = T & { readonly order: number };

/** The list with `item` in its place, instead of its namesake if there is one. */
export function inOrder<T extends { readonly name: string }>(
  list: readonly T[],
  item: Ordered<T>,
): readonly T[] {
  const others = list.filter((one) => one.name !== item.name);
  const after = others.findIndex((one) => ((one as { readonly order?: number }).order ?? 0) > item.order);
  return after < 0 ? [...others, item] : others.toSpliced(after, 0, item);
}
