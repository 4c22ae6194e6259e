// The test layers. Each runs alone with `npm test -- <layer>`.
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { toolPath } from './scripts/setup/engine-env.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** So that a layer started by hand finds the engine and this project's Node, as `npm test` does. */
const env = { PATH: toolPath() };

export default defineConfig({
  cacheDir: cacheDirectory(),
  test: {
    env,
    // Labs and providers are processes of their own: two at a time keep two cores busy without starving each other.
    maxWorkers: 2,
    projects: [
      layer('unit', { testTimeout: 30 * SECOND, hookTimeout: MINUTE }),
      layer('program', { testTimeout: MINUTE, hookTimeout: MINUTE }),
      layer('provider', { testTimeout: 3 * MINUTE, hookTimeout: 3 * MINUTE }),
      layer('labs', { testTimeout: 5 * MINUTE, hookTimeout: 10 * MINUTE }),
      // Not one of `npm test`: `npm run test:kind`.
      layer('kind', { testTimeout: 10 * MINUTE, hookTimeout: 10 * MINUTE }),
    ],
  },
});

/** One directory of test/, with time limits that only a hang reaches. */
function layer(name: string, limits: { testTimeout: number; hookTimeout: number }) {
  return {
    extends: true as const,
    test: { name, include: [`test/${name}/**/*.test.ts`], environment: 'node' as const, ...limits },
  };
}

/** An ordinary user may run the tests in a checkout that belongs to somebody else. */
function cacheDirectory(): string {
  const modules = path.join(import.meta.dirname, 'node_modules');
  try {
    accessSync(modules, constants.W_OK);
    return path.join(modules, '.vite');
  } catch {
    return path.join(tmpdir(), `cnilab-vite-${process.getuid?.()}`);
  }
}
