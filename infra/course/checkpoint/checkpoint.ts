// Checkpoints on disk: checkpoints/<name>/<student>.json of a course's directory, and which one an instance is at.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Injected } from '../../faults/injected.ts';
import { type StackRecord, stackDir } from '../../state/stack-store.ts';
import { namesIn, readIfThere } from '../../util/if-there.ts';
import { writeAtomic } from '../../util/write-atomic.ts';
import { courseDir } from '../course-store.ts';
import type { LabState } from './lab-state.ts';

export interface CheckpointFault extends Pick<Injected, 'name' | 'unnamed'> {
  /** The node or pod that it is on. */
  readonly host: string;
}

/** How one student's instance was at that moment, in words that hold for every instance. */
export interface Checkpoint {
  readonly name: string;
  readonly student: string;
  /** ISO 8601. */
  readonly savedAt: string;
  /** The faults that were in, in the order in which they came. */
  readonly faults: readonly CheckpointFault[];
  readonly state: LabState;
}

/** Whose states a checkpoint has, and since when. */
export interface CheckpointSummary {
  readonly name: string;
  readonly students: readonly string[];
}

export async function writeCheckpoint(course: string, checkpoint: Checkpoint): Promise<void> {
  await writeAtomic(fileOf(course, checkpoint.name, checkpoint.student), `${JSON.stringify(checkpoint)}\n`);
}

/** @throws when the file is not a checkpoint */
export async function readCheckpoint(
  course: string,
  name: string,
  student: string,
): Promise<Checkpoint | undefined> {
  return readJson<Checkpoint>(fileOf(course, name, student));
}

export async function listCheckpoints(course: string): Promise<readonly CheckpointSummary[]> {
  const names = await namesIn(path.join(courseDir(course), 'checkpoints'));
  return Promise.all(
    names.map(async (name) => ({
      name,
      students: (await namesIn(path.join(courseDir(course), 'checkpoints', name)))
        .filter((file) => file.endsWith('.json') && !file.startsWith('.'))
        .map((file) => file.slice(0, -'.json'.length)),
    })),
  );
}

/** Idempotent. */
export async function removeCheckpoint(course: string, name: string): Promise<void> {
  await rm(path.join(courseDir(course), 'checkpoints', name), { recursive: true, force: true });
}

/** The lab as it is just after it was made: the same for every instance. */
export async function readFresh(course: string): Promise<LabState | undefined> {
  return readJson<LabState>(path.join(courseDir(course), 'fresh.json'));
}

export async function writeFresh(course: string, state: LabState): Promise<void> {
  await writeAtomic(path.join(courseDir(course), 'fresh.json'), `${JSON.stringify(state)}\n`);
}

/** Which checkpoint an instance was saved as or restored to last. */
export interface Stage {
  readonly checkpoint: string;
  /** Whose state of it. */
  readonly student: string;
}

/** Undefined while it is as it was made. */
export async function readStage({ stack, handle }: StackRecord): Promise<Stage | undefined> {
  const stage = await readJson<Stage & { readonly cluster: string }>(
    path.join(stackDir(stack), 'stage.json'),
  );
  return stage?.cluster === handle.id ? stage : undefined;
}

/** It goes with the instance. */
export async function writeStage({ stack, handle }: StackRecord, stage: Stage): Promise<void> {
  const content = { ...stage, cluster: handle.id };
  await writeAtomic(path.join(stackDir(stack), 'stage.json'), `${JSON.stringify(content)}\n`);
}

function fileOf(course: string, name: string, student: string): string {
  return path.join(courseDir(course), 'checkpoints', name, `${student}.json`);
}

async function readJson<T>(file: string): Promise<T | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Error(`${file} cannot be read any more: remove it`, { cause });
  }
}
