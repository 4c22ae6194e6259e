// Makes node_modules agree with package-lock.json, once. Plain JavaScript, run by the host's Node without any package.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { NotReady } from './not-ready.mjs';

/** Inside node_modules: `npm ci` deletes it first of all, so an interrupted install is never taken for a whole one. */
const MARKER = '.cnilab-installed';

/**
 * Installs the npm packages unless they are there for exactly this lock file.
 * @param {string} root the checkout
 * @param {(line: string) => void} say
 */
export async function ensurePackages(root, say) {
  if (!installed(root)) await makeInstalled(root, say);
  linkBin(root);
}

/**
 * npm links the bins of a project's dependencies, never its own.
 * @param {string} root
 */
function linkBin(root) {
  const link = path.join(root, 'node_modules', '.bin', 'cnilab');
  if (existsSync(link)) return;
  try {
    symlinkSync(path.join('..', '..', 'scripts', 'cnilab'), link);
  } catch {
    // A checkout that belongs to somebody else, or somebody who was quicker.
  }
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
async function makeInstalled(root, say) {
  const onWait = () => say('Another process is installing the npm packages here; waiting for it.');
  await withLock(path.join(root, 'node_modules'), onWait, async () => {
    if (installed(root)) return;
    if (!sameAsLock(root)) await install(root, say);
    mark(root);
  });
}

/**
 * What an install is for: the lock file, and the machine its binaries must run on.
 * @param {string} root
 */
function fingerprint(root) {
  return createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');
}

/** @param {string} root */
function installed(root) {
  try {
    return readFileSync(path.join(root, 'node_modules', MARKER), 'utf8').trim() === fingerprint(root);
  } catch {
    return false;
  }
}

/** @param {string} root */
function mark(root) {
  try {
    writeFileSync(path.join(root, 'node_modules', MARKER), `${fingerprint(root)}\n`);
  } catch {
    // A checkout that belongs to somebody else: the comparison is made again next time.
  }
}

/**
 * Somebody has run npm here by hand: npm's own record of node_modules lists what our lock file does.
 * @param {string} root
 */
function sameAsLock(root) {
  /** @typedef {{ version?: string, integrity?: string, optional?: boolean }} Entry */
  /** @type {{ packages: Record<string, Entry> }[]} */
  const both = [];
  for (const file of ['package-lock.json', path.join('node_modules', '.package-lock.json')]) {
    try {
      both.push(JSON.parse(readFileSync(path.join(root, file), 'utf8')));
    } catch {
      return false;
    }
  }
  const [wanted, found] = both;
  if (!wanted?.packages || !found?.packages) return false;
  return Object.entries(wanted.packages).every(([where, want]) => {
    const have = found.packages[where];
    if (where === '' || (!have && want.optional)) return true;
    return have?.version === want.version && existsSync(path.join(root, where, 'package.json'));
  });
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
async function install(root, say) {
  say('Installing the npm packages, this project’s Node 24 among them (half a minute, 190 MB) …');
  // Development packages are what runs this project; a NODE_ENV=production around us must not leave them out.
  const code = await npm(root, ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']);
  if (code !== 0) {
    throw new NotReady(
      `npm ci failed with exit code ${code} in ${root}; its own message is above. Nothing was changed outside that ` +
        'directory. When the cause is mended (registry out of reach? disk full? no right to write there?), run the same command again.',
    );
  }
}

/**
 * Runs the host's npm with the host's Node: the one in node_modules is about to be replaced.
 * @param {string} root
 * @param {string[]} args
 * @returns {Promise<number>}
 */
export function npm(root, args) {
  const ours = path.join(root, 'node_modules') + path.sep;
  const dirs = (process.env.PATH ?? '').split(':').filter((dir) => !`${dir}/`.startsWith(ours));
  const hostNode = dirs.map((dir) => path.join(dir, 'node')).find(existsSync) ?? process.execPath;
  const cli = process.env.npm_execpath;
  const argv = cli && /npm-cli\.[cm]?js$/.test(cli) ? [hostNode, cli] : ['npm'];
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, PATH: dirs.join(':') };
  // Set by an outer `npm run -s`: it would hide why an install failed.
  delete env.npm_config_loglevel;
  return new Promise((resolve, reject) => {
    // npm's report goes to stderr: stdout belongs to the command that was asked for.
    const child = spawn(
      /** @type {string} */ (argv[0]),
      [...argv.slice(1), ...args, '--loglevel=error', '--no-update-notifier'],
      {
        cwd: root,
        env,
        stdio: ['ignore', 2, 2],
      },
    );
    child.on('error', (error) => reject(new NotReady(`npm cannot be started: ${error.message}`)));
    child.on('close', (code, signal) => resolve(code ?? (signal ? 130 : 1)));
  });
}
