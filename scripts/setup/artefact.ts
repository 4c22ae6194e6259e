// Programs that set-up puts into the cache: made under a temporary name by one process at a time, then renamed.
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../../infra/util/dirs.ts';
import { makeCacheDir } from './cache.ts';
import { withLock } from './lock.mjs';
import { NotReady } from './not-ready.mjs';

export interface Artefact {
  /** For people: `the Pulumi engine`. */
  readonly what: string;
  /** Directory inside the cache: `bin` goes onto PATH, `cni` is for plugins only, no lab looks into `conformance`. */
  readonly dir: 'bin' | 'cni' | 'conformance';
  /** The program files. */
  readonly files: readonly string[];
  readonly ways: readonly Way[];
  /** What a person can do when every way failed. */
  readonly advice: string;
}

/** One way to get an artefact: it writes the files into `into`, or throws why it cannot. */
export interface Way {
  readonly name: string;
  readonly make: (into: string) => Promise<void>;
}

/**
 * Gets an artefact by the first way that works, unless `present` says that it is there (asked again once the lock
 * is ours: somebody else may have made it meanwhile).
 * @throws NotReady with what each way said and what to do
 */
export async function ensureArtefact(artefact: Artefact, present: () => Promise<boolean>): Promise<void> {
  if (await present()) return;
  const home = path.join(cacheDir(), artefact.dir);
  const onWait = () =>
    process.stderr.write(`Another process is getting ${artefact.what} for this cache; waiting for it.\n`);
  await withLock(`${home}/${artefact.files.join(',')}`, onWait, async () => {
    if (await present()) return;
    makeHome(home);
    const failures: string[] = [];
    for (const way of artefact.ways) {
      try {
        await make(artefact, way, home);
        return;
      } catch (error) {
        failures.push(`  ${way.name}: ${(error as Error).message}`);
      }
    }
    throw new NotReady(
      `${artefact.what} is not on this machine and could not be had:\n${failures.join('\n')}\n${artefact.advice}`,
    );
  });
}

async function make(artefact: Artefact, way: Way, home: string): Promise<void> {
  const prefix = `.new-${artefact.files[0]}-`;
  // What an interrupted run left: the lock is ours, so nobody is writing there.
  for (const name of readdirSync(home)) {
    if (name.startsWith(prefix)) rmSync(path.join(home, name), { recursive: true, force: true });
  }
  const into = path.join(home, `${prefix}${process.pid}`);
  mkdirSync(into);
  try {
    await way.make(into);
    for (const file of artefact.files) {
      chmodSync(path.join(into, file), 0o755);
      renameSync(path.join(into, file), path.join(home, file));
    }
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

function makeHome(home: string): void {
  try {
    makeCacheDir(path.basename(home));
  } catch (error) {
    throw new NotReady(
      `the cache ${home} cannot be made: ${(error as Error).message}. Set CNILAB_CACHE_DIR to a directory that you can write.`,
    );
  }
}
