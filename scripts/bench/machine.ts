// The machine that figures are of.
import { cpus, loadavg, release, totalmem } from 'node:os';
import type { Machine } from './report.ts';

export function machineHere(): Machine {
  return {
    cpus: cpus().length,
    memoryMb: totalmem() / 2 ** 20,
    kernel: release(),
    node: process.versions.node,
    load: loadavg()[0] ?? 0,
  };
}
