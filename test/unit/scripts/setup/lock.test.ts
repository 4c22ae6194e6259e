import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { withLock } from '../../../../scripts/setup/lock.mjs';

const LOCK = new URL('../../../../scripts/setup/lock.mjs', import.meta.url).href;

/** A process that takes the lock, says so, and keeps it until it is killed. */
function holder(name: string) {
  const program = `
    const { withLock } = await import(${JSON.stringify(LOCK)});
    await withLock(${JSON.stringify(name)}, () => {}, () => {
      console.log('held');
      return new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('two at a time in one process do their work one after the other', async () => {
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    order.push(`${name} ends`);
  };
  const name = `one-process-${process.pid}`;
  await Promise.all([withLock(name, () => {}, work('first')), withLock(name, () => {}, work('second'))]);
  expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

test('a lock whose holder is killed is free at once, and whoever waits is told once that it waits', async () => {
  const name = `killed-${process.pid}`;
  const child = holder(name);
  await once(child.stdout, 'data');
  let told = 0;
  const result = withLock(
    name,
    () => {
      told++;
      child.kill('SIGKILL');
    },
    async () => 'mine',
  );
  expect(await result).toBe('mine');
  expect(told).toBe(1);
});

test('work that fails frees the lock and its error comes through', async () => {
  const name = `fails-${process.pid}`;
  const failing = withLock(
    name,
    () => {},
    async () => {
      throw new Error('no space');
    },
  );
  await expect(failing).rejects.toThrow('no space');
  expect(
    await withLock(
      name,
      () => {},
      async () => 1,
    ),
  ).toBe(1);
});
