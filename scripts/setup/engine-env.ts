// The environment in which the Pulumi engine runs for this project.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, cacheDirs } from '../../infra/util/dirs.ts';
import { pulumiHome } from '../../infra/util/pulumi-home.ts';
import { searchPath } from '../../infra/util/tools.ts';
import { type Engine, ensureEngine } from './engine.ts';
import { run } from './run.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Both names that the engine has for it begin so; pulumi/sdk/go/common/env, "skip making backups of checkpoints". */
const BACKUPS_OFF = 'PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * PATH for everything this project starts: its own Node and tools first, the caller's PATH, the caches, and the
 * sbin directories that an ordinary user's PATH leaves out.
 */
export function toolPath(env: Env = process.env): string {
  const caches = cacheDirs({ env }).map((cache) => path.join(cache, 'bin'));
  const own = path.join(ROOT, 'node_modules', '.bin');
  return [...new Set([own, ...searchPath({ PATH: env.PATH ?? '/usr/bin:/bin' }).split(':'), ...caches])].join(
    ':',
  );
}

/** Where Pulumi keeps stacks for this user: `source` says who decided. */
export interface StateBackend {
  readonly url: string;
  readonly source: 'PULUMI_BACKEND_URL' | 'login' | 'PULUMI_ACCESS_TOKEN';
}

/** The backend that a plain `pulumi` would use; undefined when the user has never logged in anywhere. */
export function currentBackend(env: Env = process.env): StateBackend | undefined {
  if (env.PULUMI_BACKEND_URL) return { url: env.PULUMI_BACKEND_URL, source: 'PULUMI_BACKEND_URL' };
  const home = env.PULUMI_CREDENTIALS_PATH || pulumiHome(env);
  const url = loggedIn(path.join(home, 'credentials.json'));
  if (url) return { url, source: 'login' };
  // The engine takes a token without a login as one for its vendor's service.
  if (env.PULUMI_ACCESS_TOKEN) return { url: 'https://api.pulumi.com', source: 'PULUMI_ACCESS_TOKEN' };
  return undefined;
}

function loggedIn(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { current } = JSON.parse(readFileSync(file, 'utf8')) as { current?: unknown };
    return typeof current === 'string' && current !== '' ? current : undefined;
  } catch {
    // The engine says better than we what is wrong with its file.
    return undefined;
  }
}

/**
 * What the engine needs beside the caller's environment. Pure: give it the engine and the backend.
 *
 * A local backend encrypts secrets with a passphrase. An empty one is set unless the user has chosen: commands then need no
 * prompt, and what protects a kubeconfig in the state is who may read the files. Its copies of every state before the last
 * are for what cannot be made anew, and outlive the stack: a lab can be, so there are none unless the user has chosen.
 */
export function engineVariables(
  engine: Engine,
  backend: StateBackend | undefined,
  env: Env,
): Record<string, string> {
  const dirs = [path.join(ROOT, 'node_modules', '.bin')];
  // Before the rest of PATH only when the one on PATH was passed over.
  if (engine.from === 'cache') dirs.push(path.dirname(engine.pulumi));
  const variables: Record<string, string> = {
    PATH: [...new Set([...dirs, ...toolPath(env).split(':')])].join(':'),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    // For the program and the SDK it loads, whose compiling is a large part of every run; the provider has it as well.
    NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE || path.join(cacheDir({ env }), 'compile-cache'),
  };
  const local = backend === undefined || backend.url.startsWith('file://');
  const chosen =
    env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
  if (local && !chosen) variables.PULUMI_CONFIG_PASSPHRASE = '';
  if (local && env[BACKUPS_OFF] === undefined) variables[BACKUPS_OFF] = 'true';
  return variables;
}

/**
 * Makes the engine ready and returns its complete environment. A user who has never logged in is logged in to the
 * local file backend, once, and told so.
 * @throws NotReady
 */
export async function engineEnv(env: Env = process.env): Promise<NodeJS.ProcessEnv> {
  const engine = await ensureEngine();
  const backend = currentBackend(env);
  const complete = { ...env, ...engineVariables(engine, backend, env) };
  if (backend === undefined) {
    process.stderr.write(
      'Pulumi keeps its stacks in files under your home directory (pulumi login --local); log in elsewhere at any time.\n',
    );
    const result = await run([engine.pulumi, 'login', '--local', '--non-interactive'], { env: complete });
    if (result.exitCode !== 0) throw new Error(`pulumi login --local failed: ${result.stderr.trim()}`);
  }
  return complete;
}
