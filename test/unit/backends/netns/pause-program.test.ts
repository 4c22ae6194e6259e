// The program of pause processes, run for real on this processor.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { pauseProgram } from '../../../../infra/backends/netns/pause-program.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'cnilab-pause-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('waits without any work, and ends with a signal', async () => {
  const file = path.join(directory, 'pause');
  writeFileSync(file, pauseProgram(), { mode: 0o755 });
  const child = spawn(file, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const stat = () => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ');
  await expect.poll(() => stat()[2]).toBe('S');
  await delay(100);
  // utime and stime, in hundredths of a second.
  expect(Number(stat()[13]) + Number(stat()[14])).toBeLessThan(2);
  child.kill('SIGTERM');
  expect(await ended).toEqual([null, 'SIGTERM']);
});

it('differs on other processors in nothing but what it says and does there', () => {
  const [x64, arm64] = [pauseProgram('x64'), pauseProgram('arm64')];
  const differing = [...x64.subarray(0, 120).keys()].filter((at) => x64[at] !== arm64[at]);
  // e_machine, and both sizes of the segment.
  expect(differing).toEqual([18, 96, 104]);
  expect(arm64.readBigUInt64LE(96)).toBe(BigInt(arm64.length));
});

it('says which processors it is for', () => {
  expect(() => pauseProgram('riscv64')).toThrow('runs on x64 and arm64');
});
