// Keeps what Node compiles for the next run. Plain JavaScript: it is asked before anything that has to be compiled is loaded.
import module from 'node:module';
import path from 'node:path';
import { cacheDir } from './cache-dir.mjs';

/** Of what a short command takes, half would be compiling. Does nothing on a Node that cannot (before 22.1). */
export function keepCompiled() {
  module.enableCompileCache?.(path.join(cacheDir(), 'compile-cache'));
}
