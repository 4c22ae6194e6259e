// Runs the labs layer as an ordinary user when root runs the tests, and leaves nothing behind.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../../infra/util/dirs.ts';
import { findTool } from '../../infra/util/tools.ts';
import { findEngine } from '../setup/engine.ts';
import { run, tail } from '../setup/run.ts';
import { type Account, ordinaryAccount } from './account.ts';
import { NOTHING } from './count.ts';
import { type Outcome, readReport, type Stage, vitestArgs, vitestOutcome } from './stage.ts';

/** What a copy of the checkout is made without. */
const NOT_COPIED = new Set(['node_modules', '.git', '.cnilab', 'coverage']);

export function ordinaryUserStage(root: string): Stage {
  return {
    name: 'labs-as-user',
    title: 'test/labs as an ordinary user',
    run: async (args) => {
      // Whatever TMPDIR says: root's own may be closed to everybody else.
      const dir = mkdtempSync('/tmp/cnilab-user-');
      try {
        return await runAsUser(
          root,
          dir,
          ordinaryAccount(process.env, readFileSync('/etc/passwd', 'utf8')),
          args,
        );
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  };
}

async function runAsUser(
  root: string,
  dir: string,
  account: Account,
  args: readonly string[],
): Promise<Outcome> {
  const copy = path.join(dir, 'checkout');
  const home = path.join(dir, 'home');
  const temporary = path.join(dir, 'tmp');
  const report = path.join(temporary, 'report.json');
  chmodSync(dir, 0o755);
  for (const each of [copy, home, temporary]) mkdirSync(each);
  copyCheckout(root, copy);
  mkdirSync(path.join(copy, 'node_modules'));
  await run(['chown', '-R', `${account.uid}:${account.gid}`, dir]);

  const env = userEnv(account, copy, home, temporary);
  const as = (command: readonly string[]) => asUserArgv(root, copy, account, command);
  const refused = await whyNot(as, env, dir);
  if (refused !== undefined) return { ...NOTHING, skipped: 1, reason: refused };
  process.stdout.write(`as ${account.name} (uid ${account.uid}), in a copy of the checkout\n`);

  // The whole set-up as this user: everything must be found, nothing may need root.
  const node = path.join(copy, 'node_modules', '.bin', 'node');
  const ready = await run(as([node, 'scripts/bootstrap.mjs', 'pulumi', 'version']), { env, output: 'show' });
  if (ready.exitCode !== 0) return { ...NOTHING, failed: 1 };
  const { exitCode } = await run(as([node, ...vitestArgs('labs', report), ...args]), { env, output: 'show' });
  return vitestOutcome(readReport(report), exitCode, copy);
}

/** Sources only, and the user's own: `pulumi up` writes stack settings beside them. */
function copyCheckout(root: string, copy: string): void {
  cpSync(root, copy, {
    recursive: true,
    filter: (source) => !NOT_COPIED.has(path.relative(root, source).split(path.sep)[0] ?? ''),
  });
}

/**
 * The command as that user, in a mount namespace where the copy has the checkout's node_modules. That is half a
 * gigabyte not to be copied, in a directory that the user may not be able to reach otherwise.
 */
function asUserArgv(root: string, copy: string, account: Account, command: readonly string[]): string[] {
  const script = 'mount --bind "$1" "$2" && cd "$3" && shift 3 && exec "$@"';
  const modules = [path.join(root, 'node_modules'), path.join(copy, 'node_modules'), copy];
  const user = ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', '--'];
  return [
    ...['unshare', '--mount', '--propagation', 'private', '--'],
    ...['sh', '-c', script, 'sh', ...modules, ...user, ...command],
  ];
}

function userEnv(account: Account, copy: string, home: string, temporary: string): NodeJS.ProcessEnv {
  const own = path.join(copy, 'node_modules', '.bin');
  const rest = (process.env.PATH ?? '').split(':').filter((dir) => !dir.endsWith('/node_modules/.bin'));
  const kept = ['CI', 'LANG', 'TERM', 'CNILAB_CACHE_DIR', 'CNI_PATH', 'NO_COLOR', 'FORCE_COLOR'];
  return {
    ...Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    PATH: [own, ...rest].join(':'),
    HOME: home,
    TMPDIR: temporary,
    USER: account.name,
    LOGNAME: account.name,
    // What tests look at that differ between root and others.
    CNILAB_TEST_AS: 'user',
  };
}

/** Why this machine cannot run it, tried cheaply; undefined when it can. */
async function whyNot(
  as: (command: readonly string[]) => string[],
  env: NodeJS.ProcessEnv,
  dir: string,
): Promise<string | undefined> {
  if (!findTool('unshare') || !findTool('setpriv')) return 'unshare or setpriv is missing';
  const node = await run(as([path.join(dir, 'checkout/node_modules/.bin/node'), '--version']), { env });
  if (node.exitCode !== 0)
    return `an ordinary user cannot run this checkout's Node here: ${tail(node.stderr, 1)}`;
  const engine = await findEngine();
  if (!engine) return 'there is no engine';
  const reach = await run(as([engine.pulumi, 'version']), { env });
  if (reach.exitCode !== 0)
    return `an ordinary user cannot run ${engine.pulumi} (the cache ${cacheDir()} is closed to others?)`;
  return undefined;
}
