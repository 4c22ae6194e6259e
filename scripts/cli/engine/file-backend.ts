// Pulumi's file backend as it lies on disk: whether a stack is there, what its outputs are, and which locks are left by engines that are dead.
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { accountHome } from '../../../infra/util/pulumi-home.ts';
import { mayBeEngineOf, processStartedMs } from './process-started.ts';

/** Whose state we look at. */
export interface StackPlace {
  /** Directory that has `.pulumi` in it. */
  readonly directory: string;
  readonly project: string;
  readonly stack: string;
}

/** Who holds a lock, as the engine writes it. */
export interface LockHolder {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** ISO 8601, when the lock was taken. */
  readonly timestamp: string;
}

/** The part of a stack's state file that is read here. */
interface StackState {
  readonly checkpoint?: {
    readonly latest?: {
      readonly resources?: readonly {
        readonly type: string;
        readonly outputs?: Readonly<Record<string, unknown>>;
      }[];
    };
  };
}

/** What is known about this machine; injected in tests. */
export interface LockWitness {
  readonly hostname: string;
  /** Start of the process in ms since the epoch; undefined when there is none of that PID. */
  readonly startedMs: (pid: number) => number | undefined;
  /** Whether the process may be an engine at work on the stack that is locked. */
  readonly mayBeEngine: (pid: number) => boolean;
}

/** Clocks of files and processes may differ by this much, ms. */
const CLOCK_SLACK = 2_000;

/** Directory of a file:// backend URL (`file://~` is the home); undefined for every other backend. */
export function backendDirectory(url: string, cwd: string = process.cwd()): string | undefined {
  if (!url.startsWith('file://')) return undefined;
  const rest = url.slice('file://'.length).replace(/\?.*/, '');
  if (rest.startsWith('/')) return fileURLToPath(`file://${rest}`);
  if (rest === '~' || rest.startsWith('~/')) return path.join(accountHome(), rest.slice(1));
  return path.resolve(cwd, rest);
}

/** Whether the backend has the stack, without asking the engine (which costs a third of a second). */
export async function stackInBackend(place: StackPlace): Promise<boolean> {
  const file = stateFile(place);
  const found = await Promise.all([file, `${file}.gz`].map((name) => stat(name).catch(() => undefined)));
  return found.some((entry) => entry?.isFile());
}

/** The stack's outputs as the last update left them; undefined when they are not there, or not to be understood. */
export async function stackOutputs(
  place: StackPlace,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const file = stateFile(place);
  const text = await readFile(file, 'utf8').catch(() =>
    readFile(`${file}.gz`).then(
      (packed) => gunzipSync(packed).toString('utf8'),
      () => undefined,
    ),
  );
  if (text === undefined) return undefined;
  try {
    const state = JSON.parse(text) as StackState;
    return state.checkpoint?.latest?.resources?.find(({ type }) => type === 'pulumi:pulumi:Stack')?.outputs;
  } catch {
    return undefined;
  }
}

/** Names of the project's stacks in the backend. */
export async function stacksInBackend(directory: string, project: string): Promise<readonly string[]> {
  const names = await readdir(path.join(directory, '.pulumi', 'stacks', project)).catch(() => []);
  return names.flatMap((name) => /^(.+)\.json(?:\.gz)?$/.exec(name)?.[1] ?? []).sort();
}

/**
 * True when the process that took the lock cannot be alive: same machine, and the PID is free or somebody else's now. An
 * engine that seems to have started after it took the lock may be its holder: the clock may have been set forward since,
 * and with it the time at which everything that runs seems to have started.
 */
export function isStale(holder: LockHolder, witness: LockWitness): boolean {
  if (holder.hostname !== witness.hostname) return false;
  const started = witness.startedMs(holder.pid);
  if (started === undefined) return true;
  return started > Date.parse(holder.timestamp) + CLOCK_SLACK && !witness.mayBeEngine(holder.pid);
}

/**
 * Removes the stack's locks whose holder is dead. A lock of a living process, of another machine, or that cannot be
 * read stays: the engine then says who holds it.
 *
 * @returns the holders that were dead
 */
export async function removeStaleLocks(
  { directory, project, stack }: StackPlace,
  witness: LockWitness = witnessOf(stack),
): Promise<readonly LockHolder[]> {
  const removed: LockHolder[] = [];
  for (const { file, holder } of await locksOf(directory, project, stack)) {
    if (!isStale(holder, witness)) continue;
    await Promise.all([rm(file, { force: true }), rm(`${file}.attrs`, { force: true })]);
    removed.push(holder);
  }
  return removed;
}

/** Whether somebody works on the stack, on this machine or another: it has a lock that no dead engine has left. */
export async function isLocked({ directory, project, stack }: StackPlace): Promise<boolean> {
  const locks = await locksOf(directory, project, stack);
  return locks.some(({ holder }) => !isStale(holder, witnessOf(stack)));
}

/** Removes what an engine was writing of the stack's state when it was killed. Nobody may be at work on the stack. */
export async function removeHalfWritten({ directory, project, stack }: StackPlace): Promise<void> {
  const states = path.join(directory, '.pulumi', 'stacks', project);
  const names = await readdir(states).catch(() => []);
  // Such as kindnet.json.bak.18ec1ba78246bc13.tmp (gocloud.dev/blob/fileblob, without a directory for temporary files).
  const half = names.filter((name) => name.startsWith(`${stack}.json.`) && /\.[0-9a-f]+\.tmp$/.test(name));
  await Promise.all(half.map((name) => rm(path.join(states, name), { force: true })));
}

/** Without files that cannot be read as locks. */
async function locksOf(directory: string, project: string, stack: string) {
  const locks = path.join(directory, '.pulumi', 'locks', 'organization', project, stack);
  const names = (await readdir(locks).catch(() => [])).filter((name) => name.endsWith('.json'));
  const files = names.map((name) => path.join(locks, name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return files.flatMap((file, i) => {
    const holder = parseHolder(texts[i] ?? '');
    return holder ? [{ file, holder }] : [];
  });
}

function witnessOf(stack: string): LockWitness {
  return {
    hostname: hostname(),
    startedMs: processStartedMs,
    mayBeEngine: (pid) => mayBeEngineOf(pid, stack),
  };
}

/** With `.gz` behind it where the user has PULUMI_DIY_BACKEND_GZIP set. */
function stateFile({ directory, project, stack }: StackPlace): string {
  return path.join(directory, '.pulumi', 'stacks', project, `${stack}.json`);
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<LockHolder>;
    const { pid, hostname: host, timestamp } = holder;
    const known =
      Number.isInteger(pid) && typeof host === 'string' && !Number.isNaN(Date.parse(timestamp ?? ''));
    return known ? (holder as LockHolder) : undefined;
  } catch {
    return undefined;
  }
}
