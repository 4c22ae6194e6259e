// Ctrl-C and its relatives: the first asks to stop, the second to stop at once.
import { EXIT } from '../exit-codes.ts';
import { asTyped } from '../spelling.ts';

export type StopRequest = 'soon' | 'now';

/** npm passes Ctrl-C on to a child that has had it from the terminal already: signals this close are one, ms. */
const SAME_KEYPRESS = 750;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How many parts of the command deal with requests to stop now. */
let listening = 0;

/** When somebody last dealt with one, ms: what is repeated of it may come when nobody listens any more. */
let dealtWith: number | undefined;

/** Says that the caller deals with requests to stop, until the returned function is called. */
export function dealWithStops(): () => void {
  listening++;
  return () => {
    listening--;
  };
}

/**
 * While nobody deals with requests to stop, nothing is under way that would have to be put in order: the command ends
 * at once, but not without a word.
 */
export function endWhenStopped(): void {
  const end = () => {
    if (listening > 0 || isSameKeypress(dealtWith, performance.now())) return;
    process.stderr.write(
      asTyped(
        'cnilab: stopped\n  → the same command again goes on\n  → npm run -s lab -- list   shows what is up\n',
      ),
    );
    process.exit(EXIT.interrupted);
  };
  for (const signal of SIGNALS) process.on(signal, end);
}

/**
 * Calls back for every request to stop until the returned function is called. While it listens, the signals do not
 * end this process.
 */
export function onStopRequests(callback: (request: StopRequest) => void): () => void {
  const done = dealWithStops();
  let last: number | undefined;
  const listener = () => {
    const now = performance.now();
    if (isSameKeypress(last, now)) return;
    const request = last === undefined ? 'soon' : 'now';
    last = dealtWith = now;
    callback(request);
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener);
    done();
  };
}

function isSameKeypress(earlier: number | undefined, now: number): boolean {
  return earlier !== undefined && now - earlier < SAME_KEYPRESS;
}
