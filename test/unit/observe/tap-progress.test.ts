// Whether a tap is through: it is asked until it has what the kernel has, has ended, or takes too long.
import { expect, test } from 'vitest';
import { TapProgress } from '../../../infra/observe/tap-progress.ts';

const NEVER = new Promise<never>(() => undefined);

/** A tcpdump that has so many packets at each question; silent when there are no more. */
function answering(received: number | readonly number[], captured: readonly number[], countedEach = 1) {
  let asked = 0;
  const progress: TapProgress = new TapProgress(
    {
      signal: () => {
        const kernelHas = typeof received === 'number' ? received : received[asked];
        const has = captured[asked++];
        if (has === undefined) return;
        const line = `tcpdump: ${has} packet${has === 1 ? '' : 's'} captured, ${kernelHas} packets received by filter, 0 packets dropped by kernel`;
        queueMicrotask(() => progress.tell(line));
      },
    },
    countedEach,
  );
  return { progress, asked: () => asked };
}

test('it is asked again until it has all', async () => {
  const { progress, asked } = answering(4, [1, 3, 4]);
  expect(await progress.caughtUp(60_000, NEVER)).toEqual({ settled: 4, received: 4, dropped: 0 });
  expect(asked()).toBe(3);
});

test('on a busy interface it is through when it has what was there when it was first asked', async () => {
  const { progress, asked } = answering([4, 6, 9], [2, 4, 8]);
  expect(await progress.caughtUp(60_000, NEVER)).toEqual({ settled: 4, received: 6, dropped: 0 });
  expect(asked()).toBe(2);
});

test('where the kernel counts every packet twice, it is through when it has each once', async () => {
  const { progress, asked } = answering(8, [2, 4], 2);
  expect(await progress.caughtUp(60_000, NEVER)).toEqual({ settled: 8, received: 8, dropped: 0 });
  expect(asked()).toBe(2);
});

test('a tap that does not answer is given up', async () => {
  const { progress, asked } = answering(4, []);
  expect(await progress.caughtUp(20, NEVER)).toBeUndefined();
  expect(asked()).toBe(1);
});

test('a tap that has ended is not waited for', async () => {
  const { progress } = answering(4, []);
  expect(await progress.caughtUp(60_000, Promise.resolve('ended'))).toBeUndefined();
});

test('what else tcpdump says is no answer', () => {
  const { progress } = answering(0, []);
  expect(progress.tell('tcpdump: listening on eth0, link-type EN10MB')).toBe(false);
  expect(progress.tell('4 packets captured')).toBe(false);
});
