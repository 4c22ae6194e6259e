// Ctrl-C before a command has come far enough to deal with it: one line instead of none, and the usual exit code.
// Plain JavaScript: bootstrap.mjs has it in place before anything else is loaded.
import os from 'node:os';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** From now on a request to stop ends this process, until {@link leaveStopsToOthers}. */
export function endWhenStoppedEarly() {
  for (const signal of SIGNALS) process.on(signal, endStopped);
}

/** Called by whoever has just begun to deal with requests to stop, so that none falls in between. */
export function leaveStopsToOthers() {
  for (const signal of SIGNALS) process.off(signal, endStopped);
}

/**
 * Says that it was stopped. Whatever set-up was doing goes on from there the next time.
 * @param {NodeJS.Signals} signal
 */
export function sayStopped(signal) {
  process.stderr.write('cnilab: stopped; the same command again goes on\n');
  return 128 + os.constants.signals[signal];
}

/** @param {NodeJS.Signals} signal */
function endStopped(signal) {
  process.exit(sayStopped(signal));
}
