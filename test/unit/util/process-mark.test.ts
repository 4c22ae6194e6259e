import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { hasEnded, ownMark } from '../../../infra/util/process-mark.ts';

const markOf = (pid: number) => {
  const [boot, namespace] = ownMark().split('/');
  return `${boot}/${namespace}/${pid}/1`;
};

test('a process that runs has not ended, and one that is gone has', async () => {
  expect(hasEnded(ownMark())).toBe(false);
  const child = spawn('true');
  await once(child, 'exit');
  expect(hasEnded(markOf(child.pid ?? 0))).toBe(true);
});

test('a PID that another process has now is not that process', () => {
  expect(hasEnded(markOf(process.pid))).toBe(true);
});

test('of another boot, another PID namespace, or no mark at all nothing is known', () => {
  const [boot, namespace] = ownMark().split('/');
  expect(hasEnded(`other/${namespace}/1/1`)).toBe(false);
  expect(hasEnded(`${boot}/pid:[1]/1/1`)).toBe(false);
  for (const mark of ['', 'x', `${boot}/${namespace}`, `${boot}/${namespace}/../1`])
    expect(hasEnded(mark)).toBe(false);
});
