// What /proc says about processes and memory, in the units that figures are printed in.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './statistics.ts';

const MB = 1000;
const SAMPLES = 5;
const SAMPLE_PAUSE_MS = 20;

/** Memory that could still be given to processes (proc(5), MemAvailable), MB. */
export async function availableMb(): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    samples.push(kilobytes(readFileSync('/proc/meminfo', 'utf8'), 'MemAvailable') ?? Number.NaN);
    await sleep(SAMPLE_PAUSE_MS);
  }
  return median(samples) / MB;
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
