// Experiments run in the lab file's order, one at a time, however the engine asks for them; and nobody waits for ever.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Turns, UNASKED_MS, UNHEARD_MS } from '../../../infra/provider/turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Lets everything happen that needs no time. */
const settled = () => vi.advanceTimersByTimeAsync(0);
const never = new AbortController().signal;

/** Turns whose work takes until it is told to end. */
function watched() {
  const turns = new Turns();
  const ran: number[] = [];
  const running = new Map<number, () => void>();
  const ask = (order: number, signal = never) =>
    turns.run(`urn${order}`, order, signal, async () => {
      ran.push(order);
      expect(running.size).toBe(0);
      await new Promise<void>((end) => running.set(order, end));
      running.delete(order);
    });
  return {
    turns,
    ran,
    ask,
    announce: (order: number, isNew = true) => turns.announce(`urn${order}`, order, isNew),
    settle: (order: number) => turns.settle(`urn${order}`),
    async endRunning(): Promise<void> {
      await settled();
      for (const end of running.values()) end();
      await settled();
    },
  };
}

const ascending = (orders: readonly number[]) => orders.toSorted((a, b) => a - b);

/** Which experiments have something to do, and luck: numbers that decide what comes next. */
const labs = fc.record({
  changed: fc.array(fc.boolean(), { minLength: 1, maxLength: 24 }),
  luck: fc.infiniteStream(fc.nat()),
});

test('whatever the engine checks first, and whatever it works on first, they run in order, at once', async () => {
  const places = fc.integer({ min: 1, max: 9 });
  await fc.assert(
    fc.asyncProperty(labs, places, async ({ changed, luck }, places) => {
      const { ran, ask, announce, settle, endRunning } = watched();
      const over = new Set<number>();
      const asked = new Set<number>();
      // As the engine: what the program has registered, in any order, one after the other while there is a free place.
      const registered = () => changed.flatMap((_, i) => (i < places || over.has(i - places) ? [i] : []));
      let blocked: number | undefined;
      while (over.size < changed.length) {
        const before = `${over.size} ${asked.size} ${blocked}`;
        const fresh = registered().filter((i) => !over.has(i) && !asked.has(i) && i !== blocked);
        if (blocked !== undefined && asked.size < places) {
          const order = blocked;
          blocked = undefined;
          asked.add(order);
          void ask(order).then(() => {
            asked.delete(order);
            over.add(order);
          });
        } else if (blocked === undefined && fresh.length > 0) {
          const order = fresh[(luck.next().value as number) % fresh.length] as number;
          announce(order, !changed[order]);
          if (changed[order]) blocked = order;
          else {
            settle(order);
            over.add(order);
          }
        }
        if ((luck.next().value as number) % 3 === 0 || before === `${over.size} ${asked.size} ${blocked}`)
          await endRunning();
        await settled();
        expect(vi.getTimerCount() === 0 || before !== `${over.size} ${asked.size} ${blocked}`).toBe(true);
      }
      expect(ran).toEqual(changed.flatMap((isChanged, i) => (isChanged ? [i] : [])));
    }),
  );
});

test('those that the engine never speaks of are waited for once, and shortly', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat({ max: 20 }), { minLength: 1 }), async (targets) => {
      const { ran, ask, announce, endRunning } = watched();
      for (const order of targets) announce(order);
      for (const order of targets) void ask(order);
      for (const _ of targets) await endRunning();
      await vi.advanceTimersByTimeAsync(UNHEARD_MS);
      for (const _ of targets) await endRunning();
      expect(ran).toEqual(ascending(targets));
    }),
  );
});

test('one that was announced is waited for longer, as it is on its way', async () => {
  const { ran, ask, announce, endRunning } = watched();
  announce(0);
  announce(1);
  void ask(1);
  await vi.advanceTimersByTimeAsync(UNASKED_MS - 1);
  expect(ran).toEqual([]);
  void ask(0);
  await endRunning();
  expect(ran).toEqual([0, 1]);
});

test('one that was announced and given up by the engine does not hold up the others for ever', async () => {
  const { ran, ask, announce, endRunning } = watched();
  announce(0);
  for (const order of [1, 2]) void ask(order);
  await vi.advanceTimersByTimeAsync(UNASKED_MS);
  expect(ran).toEqual([1]);
  await endRunning();
  expect(ran).toEqual([1, 2]);
});

test('news of any of them begins the wait anew', async () => {
  const { ran, ask, announce } = watched();
  void ask(2);
  await vi.advanceTimersByTimeAsync(UNHEARD_MS - 1);
  announce(3);
  await vi.advanceTimersByTimeAsync(UNHEARD_MS - 1);
  expect(ran).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(ran).toEqual([2]);
});

test('one that comes when it was no longer waited for is the next', async () => {
  const { ran, ask, endRunning } = watched();
  for (const order of [3, 5]) void ask(order);
  await vi.advanceTimersByTimeAsync(UNHEARD_MS);
  void ask(1);
  for (const _ of [3, 1, 5]) await endRunning();
  expect(ran).toEqual([3, 1, 5]);
});

test('a failure gives the turn to the next', async () => {
  const { turns, ran, ask, announce } = watched();
  announce(0);
  const failing = turns.run('urn0', 0, never, () => Promise.reject(new Error('no')));
  void ask(1);
  await expect(failing).rejects.toThrow('no');
  await settled();
  expect(ran).toEqual([1]);
});

test('a stop ends every wait, and nothing begins after it', async () => {
  const stop = new AbortController();
  const { ran, ask, endRunning } = watched();
  const all = Promise.allSettled([0, 1, 2].map((order) => ask(order, stop.signal)));
  await settled();
  stop.abort(new Error('stopped'));
  await endRunning();
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  await expect(ask(3, stop.signal)).rejects.toThrow('stopped');
  await vi.advanceTimersByTimeAsync(UNASKED_MS);
  expect(ran).toEqual([0]);
});

test('a stop does not wait for those that one waits for', async () => {
  const stop = new AbortController();
  const { ask } = watched();
  const waiting = ask(1, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
});

test('what the preview said of an experiment does not count in the update', async () => {
  const { ran, ask, announce, settle, endRunning } = watched();
  for (const order of [0, 1]) announce(order, false);
  settle(0);
  announce(1, false);
  void ask(1);
  await settled();
  expect(ran).toEqual([]);
  announce(0, false);
  void ask(0);
  await endRunning();
  expect(ran).toEqual([0, 1]);
});

test('one that is replaced is checked twice, and forgets nothing of the others', async () => {
  const { ran, ask, announce, settle } = watched();
  for (const order of [0, 1]) announce(order, false);
  settle(0);
  announce(1, true);
  void ask(1);
  await settled();
  expect(ran).toEqual([1]);
});
