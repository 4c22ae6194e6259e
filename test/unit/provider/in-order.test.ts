import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder, inOrderOf } from '../../../infra/provider/in-order.ts';

const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

test('whatever came when, in the end the list is in the order of the lab file', () => {
  const rounds = fc.array(fc.tuple(fc.constantFrom(...'abcdef'), fc.nat(9)), { maxLength: 20 });
  fc.assert(
    fc.property(rounds, fc.shuffledSubarray([...'abcdef'], { minLength: 6 }), (history, file) => {
      let list: readonly { readonly name: string }[] = [];
      for (const [name, order] of history) list = inOrder(list, { name, order });
      const last = file
        .map((name, order) => ({ name, order }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      for (const item of last) list = inOrder(list, item);
      expect(names(list)).toEqual(file);
    }),
  );
});

test('a list is put in the order of names and numbered so; what they do not name stays, at the end', () => {
  const list = [{ name: 'left-over' }, { name: 'b', order: 0 }, { name: 'a', order: 0 }];
  expect(inOrderOf(list, ['a', 'b'])).toEqual([
    { name: 'a', order: 0 },
    { name: 'b', order: 1 },
    { name: 'left-over', order: 2 },
  ]);
});
