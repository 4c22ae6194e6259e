// Reading /proc: what the memory figures are made of.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { startProcess } from '../../../../infra/util/exec.ts';
import {
  argvOf,
  kilobytes,
  pagesAtHand,
  peakMb,
  pidsBeside,
  pidsWithEnv,
  pssMb,
} from '../../../../scripts/bench/processes.ts';

const started: ReturnType<typeof startProcess>[] = [];
afterEach(async () => {
  for (const child of started) child.kill('SIGKILL');
  await Promise.all(started.splice(0));
});

/** A process that says when it runs. */
async function start(argv: readonly string[], env: Record<string, string>): Promise<number> {
  const child = startProcess(argv, { env: { PATH: process.env.PATH ?? '', ...env } });
  started.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid ?? 0;
}

const WAIT = ['sh', '-c', 'echo up; read -r _'];

describe('processes of the benchmark', () => {
  it('are known by their environment, exactly', async () => {
    const pid = await start(WAIT, { BENCH_MARK: '/tmp/a' });
    await start(WAIT, { BENCH_MARK: '/tmp/ab' });
    await start(WAIT, { NO_BENCH_MARK: '/tmp/a' });
    expect(pidsWithEnv('BENCH_MARK=/tmp/a')).toEqual([pid]);
    expect(argvOf(pid)).toEqual(WAIT);
  });

  it('share a PID namespace with this one, unless they are in a sandbox', () => {
    expect(pidsBeside(process.pid)).toContain(process.pid);
    expect(pidsBeside(0)).toEqual([]);
  });
});

describe('memory', () => {
  it('is read in kB, whatever stands around it', () => {
    const status = 'Name:\tVmHWM:\nVmPeak:\t  900 kB\nVmHWM:\t  4321 kB\n';
    expect(kilobytes(status, 'VmHWM')).toBe(4321);
    expect(kilobytes(status, 'VmSwap')).toBeUndefined();
  });

  it('on the lists of the CPUs is the sum over CPUs and zones, and no other count', () => {
    const zoneinfo = [
      'Node 0, zone    DMA32',
      '  pages free     772917',
      '  pagesets',
      '    cpu: 0',
      '              count:    3',
      '              high:     14',
      '  vm stats threshold: 4',
      '    cpu: 1',
      '              count:    40',
      '  node_unreclaimable:  0',
      '              count:    9',
      'Node 0, zone   Normal',
      '    cpu: 0',
      '              count:    500',
      '',
    ].join('\n');
    expect(pagesAtHand(zoneinfo)).toBe(543);
    expect(pagesAtHand(readFileSync('/proc/zoneinfo', 'utf8'))).toBeGreaterThanOrEqual(0);
  });

  it('of a process is there while it runs, and nothing afterwards', async () => {
    const pid = await start(WAIT, {});
    expect(pssMb([pid])).toBeGreaterThan(0);
    expect(peakMb(pid)).toBeGreaterThan(0);
    started[0]?.kill('SIGKILL');
    await started[0];
    expect(pssMb([pid])).toBe(0);
    expect(peakMb(pid)).toBeUndefined();
  });
});
