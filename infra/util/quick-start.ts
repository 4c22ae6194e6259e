// What a process that lives for seconds does before it loads anything large.
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { cacheDir } from './dirs.ts';

/** Keeps what Node compiles for the next run, and has zod interpret schemas: compiling one takes longer than its one or two uses. */
export async function quickStart(): Promise<void> {
  enableCompileCache(path.join(cacheDir(), 'compile-cache'));
  (await import('zod')).config({ jitless: true });
}
