// What a process that lives for seconds does before it loads anything large.
import { keepCompiled } from './compile-cache.mjs';

/** Keeps what Node compiles for the next run, and has zod interpret schemas: compiling one takes longer than its one or two uses. */
export async function quickStart(): Promise<void> {
  keepCompiled();
  (await import('zod')).config({ jitless: true });
}
