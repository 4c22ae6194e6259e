// Accounts of this machine for one test, with homes of their own; removed with everything in them.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { chooseIsolation, readIsolationFacts } from '../../infra/backends/netns/isolation.ts';
import type { Account } from '../../infra/course/accounts/account.ts';
import { accountEnvironment, asAccountArgv } from '../../infra/course/accounts/as-account.ts';
import { findAccounts } from '../../infra/course/accounts/find-accounts.ts';
import { exec } from '../../infra/util/exec.ts';
import { findTool } from '../../infra/util/tools.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** Why tests with accounts cannot be run here; undefined when they can. */
export function whyNoAccounts(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make accounts';
  const missing = ['useradd', 'userdel', 'getent', 'setpriv'].filter((tool) => !findTool(tool));
  if (missing.length > 0) return `${missing.join(', ')} missing`;
  const isolation = chooseIsolation('rootless', { ...readIsolationFacts(), isRoot: false });
  if (typeof isolation === 'object') return isolation.reason;
  const closed = waysTo(path.join(ROOT, 'scripts')).find((way) => (statSync(way).mode & 0o5) !== 0o5);
  return closed === undefined ? undefined : `${closed} is closed to other accounts`;
}

export class ThrowawayAccounts {
  readonly all: readonly Account[];
  readonly #directory: string;

  private constructor(directory: string, all: readonly Account[]) {
    this.#directory = directory;
    this.all = all;
  }

  /** @param first letters of the names, which have this process's number in them */
  static async make(...first: readonly string[]): Promise<ThrowawayAccounts> {
    // Whatever TMPDIR says: root's own may be closed to everybody else.
    const directory = mkdtempSync('/tmp/cnilab-accounts-');
    chmodSync(directory, 0o755);
    const names = first.map((letters) => `${letters}${process.pid}`);
    const made = new ThrowawayAccounts(directory, []);
    try {
      for (const name of names)
        await checked('useradd', '--create-home', '--base-dir', directory, '--key', 'HOME_MODE=0700', name);
      return new ThrowawayAccounts(directory, await findAccounts(names));
    } catch (error) {
      await Promise.all(names.map((name) => exec(['userdel', name])));
      await made.close();
      throw error;
    }
  }

  /** @param argv run as the account, at home, with what a login has for an environment */
  async run(account: Account, argv: readonly string[]) {
    const env = accountEnvironment(account, { PATH: process.env.PATH });
    const all = asAccountArgv(findTool('setpriv') ?? 'setpriv', account, argv);
    return exec(all, { env, cwd: account.home, timeoutMs: 120_000 });
  }

  /** A userdel that finds a process of the account's fails. */
  async close(): Promise<void> {
    for (const { name } of this.all) await checked('userdel', name);
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Processes of an account that have not ended. */
export function processesOf({ uid }: Account): readonly string[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const status = readFileSync(`/proc/${entry}/status`, 'utf8');
      const own = new RegExp(`^Uid:\\t${uid}\\t`, 'm').test(status) && !/^State:\t[ZX]/m.test(status);
      return own ? [`${entry} ${readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ')}`] : [];
    } catch {
      return [];
    }
  });
}

async function checked(...argv: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await exec(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}

function waysTo(file: string): readonly string[] {
  const parts = file.split(path.sep).slice(1);
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`);
}
