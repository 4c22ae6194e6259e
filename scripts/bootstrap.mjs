// What every `npm run …` starts: makes node_modules and Node 24 ready, then hands over to setup/main.ts.
// Plain JavaScript without packages, for whatever Node (>= 20) the host has.
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { keepCompiled } from '../infra/util/compile-cache.mjs';
import { endWhenStoppedEarly, leaveStopsToOthers, sayStopped } from './setup/early-stop.mjs';
import { ensureNode, majorOf } from './setup/node24.mjs';
import { EXIT_NOT_READY, NotReady } from './setup/not-ready.mjs';
import { ensurePackages } from './setup/packages.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const MAIN = path.join(ROOT, 'scripts', 'setup', 'main.ts');
const OLDEST_HOST_NODE = 20;

/** @param {string} line */
const say = (line) => void process.stderr.write(`${line}\n`);

endWhenStoppedEarly();
try {
  if (process.platform !== 'linux') {
    throw new NotReady(
      `cnilab drives the Linux kernel, and this is ${process.platform}: use a Linux machine or virtual machine (Lima, Multipass, WSL 2).`,
    );
  }
  if (majorOf(process.version) < OLDEST_HOST_NODE) {
    throw new NotReady(
      `this is Node ${process.version}; ${OLDEST_HOST_NODE} or newer is needed to start the set-up.`,
    );
  }
  await ensurePackages(ROOT, say);
  await hand(await ensureNode(ROOT, say));
} catch (error) {
  if (!(error instanceof NotReady)) throw error;
  say(`cnilab: ${error.message}`);
  // Whoever runs the tests reads the last line.
  if (['test', 'test-kind'].includes(process.argv[2] ?? ''))
    process.stdout.write('0 passed, 1 failed, 0 skipped\n');
  process.exitCode = EXIT_NOT_READY;
}

/**
 * Goes on in this process when it is the right Node already, else in a child that has the terminal.
 * @param {string} node
 */
async function hand(node) {
  if (node === process.execPath) {
    process.argv[1] = MAIN;
    keepCompiled();
    await import(pathToFileURL(MAIN).href);
    return;
  }
  const child = spawn(node, [MAIN, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to the child as well; this process waits until the child has cleaned up.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])) {
    process.on(signal, () => {
      if (signal !== 'SIGINT') child.kill(signal);
    });
  }
  leaveStopsToOthers();
  child.on('error', (error) => {
    say(`cnilab: ${node} cannot be started: ${error.message}`);
    process.exitCode = EXIT_NOT_READY;
  });
  child.on('close', (code, signal) => {
    // A child that a signal ends has not come far enough to say anything.
    if (signal === 'SIGINT') process.exitCode = sayStopped(signal);
    else process.exitCode = code ?? (signal ? 128 + os.constants.signals[signal] : 1);
  });
}
