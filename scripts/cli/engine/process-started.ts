// When a process started and what it is, so that a PID that has been given to another process since is not taken for its old owner.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { processStart } from '../../../infra/util/process-identity.ts';

/** USER_HZ: what proc(5) counts in, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Milliseconds since the epoch; undefined when there is no such process (a zombie counts as none). */
export function processStartedMs(pid: number): number | undefined {
  const ticks = processStart(pid);
  if (ticks === undefined) return undefined;
  const btime = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
  return Number(btime) * 1000 + (Number(ticks) / TICKS_PER_SECOND) * 1000;
}

/** False for what is no engine, and for one that was told to work on another stack. */
export function mayBeEngineOf(pid: number, stack: string): boolean {
  try {
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (path.basename(program) !== 'pulumi') return false;
    const told = args[args.findIndex((word) => word === '--stack' || word === '-s') + 1];
    return told === stack || !args.some((word) => word === '--stack' || word === '-s');
  } catch {
    return false;
  }
}
