// What was last made of a resource, beside the engine's state: a change that was cut off before the engine could save it is
// not in its state, and putting the lab file back would look to it as if there was nothing to do.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stackDir } from '../state/stack-store.ts';

/** stacks/<stack>/changes/<resource>. It goes with the cluster. */
export interface ChangeNote {
  /** That of the outputs; 'changing' until it has come to an end. */
  readonly generation: string;
  /** Of the inputs that it was to be made from. */
  readonly digest: string;
}

/** Whose note. */
export interface NotePlace {
  readonly stack: string;
  readonly key: string;
}

/** @param data inputs or state of the resource, which may go by a name of its own */
export function placeOf(
  { stack, urn }: { readonly stack: string; readonly urn: string },
  data: object,
): NotePlace {
  const { name = '' } = data as { readonly name?: unknown };
  return { stack, key: `${urn} ${name}` };
}

export const CHANGING = 'changing';

/** Inputs that nothing is made from: another one of these is no other thing. */
const ONLY_ON_RECORD = new Set(['order', 'origin', 'title']);

export function digestOf(inputs: object): string {
  const made = Object.entries(inputs).filter(([key]) => !ONLY_ON_RECORD.has(key));
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(made), sorted))
    .digest('hex');
}

/** The engine keeps no order of keys. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Undefined where there is none, or only half of one: what is not known is no reason to change anything. */
export async function readNote({ stack, key }: NotePlace): Promise<ChangeNote | undefined> {
  const text = await readFile(fileOf(stack, key), 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as ChangeNote;
  } catch {
    return undefined;
  }
}

/** Replaced as a whole. @throws where it cannot be written: then nothing must be changed */
export async function writeNote({ stack, key }: NotePlace, note: ChangeNote): Promise<void> {
  const file = fileOf(stack, key);
  const temporary = `${file}.${process.pid}`;
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(temporary, JSON.stringify(note), { mode: 0o600 });
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new Error(`cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}

export async function removeNote({ stack, key }: NotePlace): Promise<void> {
  await rm(fileOf(stack, key), { force: true });
}

function fileOf(stack: string, key: string): string {
  return path.join(stackDir(stack), 'changes', createHash('sha256').update(key).digest('hex').slice(0, 32));
}
