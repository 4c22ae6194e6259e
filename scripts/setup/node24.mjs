// Finds the Node that this project runs on: 24 or newer, from the npm package `node` in node_modules.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { NotReady } from './not-ready.mjs';
import { npm } from './packages.mjs';

/** TypeScript runs as it is (type stripping without a flag or a warning) from here on. */
const MAJOR = 24;

/**
 * Absolute path of a Node >= 24. The package `node` fetches its binary in an install script; where npm does not
 * run those (ignore-scripts, or a policy), the package with the binary itself is installed instead.
 *
 * @param {string} root the checkout
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export async function ensureNode(root, say) {
  const linked = path.join(root, 'node_modules', '.bin', 'node');
  if (process.execPath.startsWith(path.join(root, 'node_modules')) && majorOf(process.version) >= MAJOR)
    return process.execPath;
  if (await runs(linked)) return linked;
  if (majorOf(process.version) >= MAJOR) return process.execPath;
  return await platformPackage(root, linked, say);
}

/**
 * @param {string} root
 * @param {string} linked
 * @param {(line: string) => void} say
 */
async function platformPackage(root, linked, say) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules/node/package.json'), 'utf8'));
  const name = `node-${process.platform}-${process.arch}`;
  const home = path.join(root, 'node_modules', '.cnilab-node');
  const binary = path.join(home, 'node_modules', name, 'bin', 'node');
  if (!(await runs(binary))) {
    say(`npm ran no install script for the package node; installing ${name} ${version} (190 MB) …`);
    mkdirSync(home, { recursive: true });
    const code = await npm(root, [
      'install',
      `--prefix=${home}`,
      '--ignore-scripts',
      '--no-save',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      `${name}@${version}`,
    ]);
    if (code !== 0 || !(await runs(binary))) {
      throw new NotReady(
        `this project needs Node ${MAJOR} or newer, and neither the npm package node nor ${name} gave a binary that ` +
          `runs here (this is Node ${process.version}; musl systems such as Alpine cannot run them). ` +
          `Install Node ${MAJOR} or newer by your system's means (Alpine: apk add nodejs-current) and run the same command again.`,
      );
    }
  }
  rmSync(linked, { force: true });
  symlinkSync(path.relative(path.dirname(linked), binary), linked);
  return linked;
}

/**
 * Asks it in a group of its own and without blocking this process: Ctrl-C then reaches this process alone, at once, and
 * is not taken for a Node that does not run.
 * @param {string} binary
 * @returns {Promise<boolean>}
 */
function runs(binary) {
  const child = spawn(binary, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  let version = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    version += text;
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0 && majorOf(version) >= MAJOR));
  });
}

/**
 * @param {string} version such as v24.1.0
 * @returns {number}
 */
export function majorOf(version) {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);
}
