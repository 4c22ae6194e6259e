// Keeps what Node compiles for the next run. Plain JavaScript: it is asked before anything that has to be compiled is loaded.
import { mkdirSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { cacheDir } from './cache-dir.mjs';

/**
 * Of what a short command takes, half would be compiling. Does nothing on a Node that cannot (before 22.1), nor where there is
 * no place for it. What is in it is run: nobody else may write there, whatever our umask is.
 */
export function keepCompiled() {
  const directory = path.join(cacheDir(), 'compile-cache');
  try {
    mkdirSync(cacheDir(), { recursive: true, mode: 0o755 });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch {
    return;
  }
  module.enableCompileCache?.(directory);
}
