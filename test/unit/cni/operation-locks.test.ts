// One container is never worked on twice at a time, GC runs alone, and nobody waits for ever.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OperationLocks } from '../../../infra/cni/operation-locks.ts';

test('whatever is asked for, in whatever order it ends', async () => {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }) },
    { weight: 1, arbitrary: fc.constant('gc' as const) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.tuple(operation, fc.boolean()), { maxLength: 12 }),
      async (s, operations) => {
        const locks = new OperationLocks();
        const busy = new Set<string>();
        let alone = false;
        const order: number[] = [];
        const run = (what: readonly string[] | 'gc', fails: boolean, i: number) => {
          const keys = what === 'gc' ? [] : what;
          const work = async () => {
            expect(alone || (what === 'gc' && busy.size > 0) || keys.some((key) => busy.has(key))).toBe(
              false,
            );
            for (const key of keys) busy.add(key);
            alone = what === 'gc';
            await s.schedule(Promise.resolve());
            alone = false;
            for (const key of keys) busy.delete(key);
            order.push(i);
            if (fails) throw new Error('failed');
          };
          return what === 'gc' ? locks.exclusive(work) : locks.containers(what, work);
        };
        const all = operations.map(([what, fails], i) =>
          run(what, fails, i).catch((error) => expect(String(error)).toBe('Error: failed')),
        );
        await s.waitFor(Promise.all(all));
        expect(order.length).toBe(operations.length);
        // First come, first served: of one container, and around every GC.
        for (const [i, [a]] of operations.entries()) {
          for (const [j, [b]] of operations.entries()) {
            const related = a === 'gc' || b === 'gc' || a.some((key) => b.includes(key));
            if (i < j && related) expect(order.indexOf(i)).toBeLessThan(order.indexOf(j));
          }
        }
      },
    ),
  );
});
