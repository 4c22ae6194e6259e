// Which faults are in a stack's lab now, and how each is undone: kept beside the stack's record, and gone with it.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { type StackRecord, stackDir } from '../state/stack-store.ts';
import { writeAtomic } from '../util/write-atomic.ts';
import type { FaultPlan } from './fault.ts';

export interface Injected extends Pick<FaultPlan, 'repair' | 'culprit'> {
  readonly name: string;
  /** ISO 8601. */
  readonly since: string;
  /** Somebody is to find it out: it is not named until it is undone. @default false */
  readonly unnamed?: true;
  /** The experiment that it is in the lab for, and the process that runs it. @default a person's doing */
  readonly by?: {
    readonly experiment: string;
    readonly pid: number;
    readonly start?: string;
    readonly boot: string;
  };
}

/** Where it is kept which faults are in a lab. */
export interface FaultLedger {
  read(): Promise<readonly Injected[]>;
  /** Replaces the list. */
  write(faults: readonly Injected[]): Promise<void>;
}

export function ledgerOf(record: StackRecord): FaultLedger {
  return {
    read: () => injectedFaults(record),
    write: (faults) => writeInjected(record, faults),
  };
}

interface File {
  /** Handle of the cluster they are in: one that was made anew has none of them. */
  readonly cluster: string;
  /** In the order they came. */
  readonly faults: readonly Injected[];
}

export async function injectedFaults(record: StackRecord): Promise<readonly Injected[]> {
  const text = await readFile(fileOf(record), 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  const { cluster, faults } = JSON.parse(text) as File;
  return cluster === record.handle.id ? faults : [];
}

/** Replaces the list. */
export async function writeInjected(record: StackRecord, faults: readonly Injected[]): Promise<void> {
  const file = fileOf(record);
  if (faults.length === 0) return rm(file, { force: true });
  const content: File = { cluster: record.handle.id, faults };
  await writeAtomic(file, `${JSON.stringify(content, null, 2)}\n`);
}

function fileOf({ stack }: StackRecord): string {
  return path.join(stackDir(stack), 'faults.json');
}
