// Whether accounts can run this checkout, and cannot change it.
import path from 'node:path';
import { exec } from '../../util/exec.ts';
import { findTool } from '../../util/tools.ts';
import type { Account } from './account.ts';
import { accountEnvironment, asAccountArgv } from './as-account.ts';

/** Prints the first that cannot be read or passed through, else the first that can be written. */
const SCRIPT = `
n=$1; shift
while [ "$n" -gt 0 ]; do
  if [ -d "$1" ]; then [ -x "$1" ] || { echo "closed $1"; exit; }; else [ -r "$1" ] || { echo "closed $1"; exit; }; fi
  shift; n=$((n - 1))
done
for each; do [ -w "$each" ] && { echo "open $each"; exit; }; done
exit 0
`;

/** For a file system that does not answer, ms. */
const LIMIT_MS = 30_000;

/**
 * As the account sees it: ACLs and groups count.
 * @param needed files that must be readable, and with them every directory on the way
 * @param kept places that must not be writable: what is there is run by everybody
 * @returns what is wrong, and what to do; undefined when all is well
 */
export async function reachProblem(
  account: Account,
  needed: readonly string[],
  kept: readonly string[],
): Promise<readonly [why: string, next: string] | undefined> {
  const setpriv = findTool('setpriv');
  if (setpriv === undefined) return ['setpriv is not on this machine', 'install util-linux'];
  const way = [...new Set(needed.flatMap(wayTo))];
  const argv = ['sh', '-c', SCRIPT, 'sh', `${way.length}`, ...way, ...kept];
  const { exitCode, stdout, stderr } = await exec(asAccountArgv(setpriv, account, argv), {
    env: accountEnvironment(account, process.env),
    cwd: '/',
    timeoutMs: LIMIT_MS,
  });
  if (exitCode !== 0) return [`nothing can be run as this account: ${stderr.trim()}`, 'see setpriv(1)'];
  const [what, where] = stdout.trim().split(/ (.*)/s);
  if (what === 'closed')
    return [
      `the account cannot reach ${where}, which its instance needs`,
      'open it (chmod o+x for a directory, o+r for a file), or put the checkout where everybody can read, such as /opt',
    ];
  if (what === 'open')
    return [
      `the account can write to ${where}, which everybody's instance runs from`,
      'let the checkout belong to root: chown -R root: <checkout> && chmod -R go-w <checkout>',
    ];
  return undefined;
}

/** /a/b/c: /a, /a/b, /a/b/c */
function wayTo(file: string): readonly string[] {
  const parts = path.resolve(file).split(path.sep).slice(1);
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`);
}
