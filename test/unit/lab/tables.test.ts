// The columns that a check may name are those that are observed: the compiler holds both lists together.
import { expect, expectTypeOf, it } from 'vitest';
import { hostTables, labTables } from '../../../infra/lab/schema.ts';
import { tableColumns } from '../../../infra/lab/tables.ts';
import type { HostSnapshot, LabSnapshot } from '../../../infra/observe/snapshot.ts';

type Snapshot = HostSnapshot & LabSnapshot;
type Known = { [T in keyof typeof tableColumns]: (typeof tableColumns)[T][number] };
type Observed = { [T in keyof typeof tableColumns]: keyof Snapshot[T][number] };

it('every column is known, and no other', () => {
  expectTypeOf<Known>().toEqualTypeOf<Observed>();
  expect(Object.keys(tableColumns)).toEqual([...hostTables, ...labTables]);
});
