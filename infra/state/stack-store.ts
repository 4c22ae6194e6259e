// What we remember about a stack outside Pulumi: which cluster stands for it, whose it is, and where its results are.
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ClusterHandle } from '../backends/backend.ts';
import type { Lab } from '../lab/lab.ts';
import { stateDir } from '../util/dirs.ts';
import { namesIn, readIfThere } from '../util/if-there.ts';

/** The lab as far as it stands: every resource adds its part when it has been applied. */
export type StandingLab = Omit<Lab, 'network'> & { readonly network?: Lab['network'] };

/** stacks/<stack>/record.json. Written before a cluster's first process outlives its maker. */
export interface StackRecord {
  readonly stack: string;
  readonly project: string;
  /** Where the Pulumi state is, such as file:///…; with project and stack it says who owns the cluster. */
  readonly backendUrl: string;
  /** The course it is an instance of: then no Pulumi stack stands for it, and `backendUrl` says so. */
  readonly course?: string;
  /** Name of the lab. */
  readonly lab: string;
  /** Absolute path of lab.yaml. */
  readonly labFile: string;
  /** Absolute path of the checkout that made it. */
  readonly checkout: string;
  /** Name of the backend. */
  readonly backend: string;
  readonly handle: ClusterHandle;
  readonly definition: StandingLab;
  readonly status: 'creating' | 'ready' | 'deleting';
  /** ISO 8601. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Directory of everything kept for a stack; 0700. It need not exist. */
export function stackDir(stack: string): string {
  return path.join(stacksDir(), checkedName(stack));
}

/** Where an experiment's results and captures go. It need not exist. */
export function resultsDir(stack: string): string {
  return path.join(stackDir(stack), 'results');
}

/** The provider's own diagnostics. */
export function providerLogPath(stack: string): string {
  return path.join(stackDir(stack), 'provider.log');
}

/** The record of a stack, or undefined when nothing stands for it. @throws when the file is not a record. */
export async function readRecord(stack: string): Promise<StackRecord | undefined> {
  const file = recordPath(stack);
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as StackRecord;
    if (typeof record.handle?.id === 'string' && record.stack === stack) return record;
  } catch (cause) {
    throw new Error(unreadable(file), { cause });
  }
  throw new Error(unreadable(file));
}

/** Replaces the record as a whole: a reader sees the old one or the new one. `updatedAt` is set here. */
export async function writeRecord(record: Omit<StackRecord, 'updatedAt'>): Promise<void> {
  const dir = stackDir(record.stack);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  const temporary = path.join(dir, `.record.${process.pid}.${writes++}`);
  try {
    // No fsync: what it would survive, a power cut, no sandbox survives; and on a busy disk it takes seconds.
    const text = `${JSON.stringify({ ...record, updatedAt: new Date().toISOString() }, null, 2)}\n`;
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600 });
    await rename(temporary, recordPath(record.stack));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new Error(`cannot write ${recordPath(record.stack)}: ${(cause as Error).message}`, { cause });
  }
}

const pending = new Map<string, Promise<unknown>>();

/**
 * Changes the record, one change at a time within this process. Does nothing when there is no record or it is of
 * another cluster, because what stands under that name is then not ours to describe.
 */
export function updateRecord(
  stack: string,
  clusterId: string,
  change: (record: StackRecord) => Partial<StackRecord>,
): Promise<void> {
  const turn = (pending.get(stack) ?? Promise.resolve()).then(async () => {
    const record = await readRecord(stack);
    if (record?.handle.id === clusterId) await writeRecord({ ...record, ...change(record) });
  });
  pending.set(
    stack,
    turn.catch(() => {}),
  );
  return turn;
}

/** Forgets the stack: record, results, captures, call trace, log. Idempotent. */
export async function removeStack(stack: string): Promise<void> {
  await rm(stackDir(stack), { recursive: true, force: true });
}

/** Every stack that has a record, by name. Records that cannot be read are left out: `readRecord` says why. */
export async function listRecords(): Promise<readonly StackRecord[]> {
  const names = await namesIn(stacksDir());
  const records = await Promise.all(names.map((name) => readRecord(name).catch(() => undefined)));
  return records.filter((record) => record !== undefined);
}

/** The whole lab of a record. @throws while its network has not been made. */
export function recordedLab(record: StackRecord): Lab {
  const { network } = record.definition;
  if (network) return { ...record.definition, network };
  throw new Error(
    `the lab under stack "${record.stack}" has no network yet (it is ${record.status}): run up again`,
  );
}

let writes = 0;

function stacksDir(): string {
  return path.join(stateDir(), 'stacks');
}

function recordPath(stack: string): string {
  return path.join(stackDir(stack), 'record.json');
}

/** A stack's name is a file name here; Pulumi's own rule keeps slashes out, a foreign caller may not. */
function checkedName(stack: string): string {
  if (/^[A-Za-z0-9_.-]{1,100}$/.test(stack) && !/^\.+$/.test(stack)) return stack;
  throw new Error(`"${stack}" cannot be a stack name: use letters, digits, "-", "_" and "."`);
}

function unreadable(file: string): string {
  return `${file} is not a stack record: move it away, and run up (or down) again`;
}
