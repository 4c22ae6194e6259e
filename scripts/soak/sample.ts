// What a lab that stands has: processes, descriptors, memory, files. And what it has left when it is down.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ClusterHandle } from '../../infra/backends/backend.ts';
import { pidsBeside, pssMb } from '../bench/processes.ts';

export interface Sample {
  /** Processes in the sandbox. */
  readonly processes: number;
  /** Descriptors that those have open, together. */
  readonly descriptors: number;
  /** Their proportional set size, MB. */
  readonly memory: number;
  /** Below the soak's directory, the engine's history left out. */
  readonly files: number;
  readonly kilobytes: number;
  /** The engine keeps two files about every update of a stack, as long as the stack is there. */
  readonly history: number;
}

/** @param directory of the soak */
export function takeSample(handle: ClusterHandle, directory: string): Sample {
  const pids = pidsBeside(Number(handle.facts.holder));
  const files = filesBelow(directory);
  const [history, own] = [files.filter(isHistory), files.filter((file) => !isHistory(file))];
  return {
    processes: pids.length,
    descriptors: pids.reduce((sum, pid) => sum + openFiles(pid), 0),
    memory: pssMb(pids),
    files: own.length,
    kilobytes: own.reduce((sum, file) => sum + sizeOf(file), 0) / 1024,
    history: history.length,
  };
}

/**
 * One line for everything of a stack that is still there: files with its name or its sandbox's, processes. The engine's
 * last copy of a stack that was removed (one file a name, overwritten) is the engine's.
 */
export function leftOf(stack: string, handle: ClusterHandle, directory: string): readonly string[] {
  const files = filesBelow(directory).filter((file) => {
    const parts = path.relative(directory, file).split(path.sep);
    if (/\.bak(\.attrs)?$/.test(file)) return false;
    return parts.some((part) => part === handle.id || part.split('.').includes(stack));
  });
  const processes = pidsBeside(Number(handle.facts.holder)).map((pid) => `process ${pid}`);
  return [...processes, ...files];
}

/** What `pulumi history` shows; a stack that is removed takes it along. */
function isHistory(file: string): boolean {
  return /\/\.pulumi\/(history|backups)\//.test(file);
}

function filesBelow(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => path.join(parentPath, name));
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** None of what has just ended. */
function openFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}
