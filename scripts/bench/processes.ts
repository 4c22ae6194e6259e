// What /proc says about processes and memory, in the units that figures are printed in.
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const MB = 1000;
/** Readings this near to each other, twice in a row, are taken for the end of what was being freed. */
const STILL_MB = 1;
/** What was just given up comes back by and by. */
const READ_EVERY_MS = 500;
const MAX_READINGS = 10;

/**
 * Memory that could still be given to processes, MB, once it has come to rest: MemAvailable (proc(5)) and the free
 * pages that each CPU keeps at hand (mm/page_alloc.c, per_cpu_pages), which are as free and are not counted in it. They
 * come and go by a hundred MB. Root has the kernel empty its caches before, of which a part counts as not available:
 * whatever ran since is slower afterwards.
 */
export async function availableMb(): Promise<number> {
  const pageSize = kilobytes(readFileSync('/proc/self/smaps', 'utf8'), 'KernelPageSize') ?? Number.NaN;
  const read = () => {
    const available = kilobytes(readFileSync('/proc/meminfo', 'utf8'), 'MemAvailable') ?? Number.NaN;
    return (available + pagesAtHand(readFileSync('/proc/zoneinfo', 'utf8')) * pageSize) / MB;
  };
  dropCaches();
  let last = read();
  for (let still = 0, i = 0; still < 2 && i < MAX_READINGS; i++) {
    await sleep(READ_EVERY_MS);
    const now = read();
    still = Math.abs(now - last) < STILL_MB ? still + 1 : 0;
    last = now;
  }
  return last;
}

/** Free pages on the lists of the CPUs, of all zones: the `count` of every pageset in /proc/zoneinfo (mm/vmstat.c). */
export function pagesAtHand(zoneinfo: string): number {
  const counts = [...zoneinfo.matchAll(/^ +cpu: \d+\n +count: +(\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

function dropCaches(): void {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  } catch {
    // Only root can: docs/benchmark.md says what that means for the figure.
  }
}

/** `Field:   123 kB` of a file of /proc → 123; undefined when it is not there. */
export function kilobytes(text: string, field: string): number | undefined {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Largest resident size that the process has had (VmHWM), MB; undefined when it is gone. */
export function peakMb(pid: number): number | undefined {
  const kb = kilobytes(readProc(pid, 'status') ?? '', 'VmHWM');
  return kb === undefined ? undefined : kb / MB;
}

/** Proportional set size of all of them together, MB: shared pages count once. */
export function pssMb(pids: readonly number[]): number {
  return (
    pids.reduce((sum, pid) => sum + (kilobytes(readProc(pid, 'smaps_rollup') ?? '', 'Pss') ?? 0), 0) / MB
  );
}

/** Processes in the same PID namespace as this one: all of a sandbox when it is the sandbox's holder. */
export function pidsBeside(pid: number): readonly number[] {
  const namespace = pidNamespace(pid);
  return namespace === undefined ? [] : pids().filter((other) => pidNamespace(other) === namespace);
}

/** Processes that were started with this assignment in their environment, this one excepted. */
export function pidsWithEnv(assignment: string): readonly number[] {
  const wanted = `\0${assignment}\0`;
  return pids().filter(
    (pid) => pid !== process.pid && `\0${readProc(pid, 'environ') ?? ''}`.includes(wanted),
  );
}

/** What every kernel tells /proc times in (proc(5), sysconf(_SC_CLK_TCK)): 1/100 s on all architectures that Node runs on. */
const TICKS = 100;

/** Processor time of a process and of the children that it has waited for, seconds; 0 when it is gone. */
export function cpuSeconds(pid: number): number {
  return ticks(pid, 11, 15);
}

/** Processor time of this process's children that have ended, and of theirs that they waited for, seconds. */
export function endedCpuSeconds(): number {
  return ticks(process.pid, 13, 15);
}

/** Sum of fields of /proc/<pid>/stat, counted from the state: utime, stime, cutime, cstime are 11 to 14. */
function ticks(pid: number, from: number, to: number): number {
  const stat = readProc(pid, 'stat') ?? '';
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(from, to);
  return fields.reduce((sum, field) => sum + Number(field), 0) / TICKS;
}

/** Words of a process's command line; empty when it is gone. */
export function argvOf(pid: number): readonly string[] {
  return (readProc(pid, 'cmdline') ?? '').split('\0').slice(0, -1);
}

function pids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function pidNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // Gone, or another user's.
    return undefined;
  }
}
