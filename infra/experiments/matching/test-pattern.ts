// Regular expressions from a lab file, run so that no pattern can hang the run.
import vm from 'node:vm';
import { MatcherError } from './difference.ts';

/** Milliseconds a pattern may take: an ordinary one needs microseconds. */
const LIMIT_MS = 500;

const context = vm.createContext({});
const script = new vm.Script('new RegExp(pattern, "u").test(text)');

/**
 * Whether the pattern (JavaScript, `u` flag) is found in the text.
 * @throws MatcherError when it is no pattern, or backtracks without end.
 */
export function testPattern(pattern: string, text: string): boolean {
  Object.assign(context, { pattern, text });
  try {
    return script.runInContext(context, { timeout: LIMIT_MS }) === true;
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
        ? `takes longer than ${LIMIT_MS} ms on ${text.length} characters; write it without nested repetition`
        : `is not a regular expression: ${(error as Error).message}`;
    throw new MatcherError(`the pattern ${pattern} ${why}`, { cause: error });
  }
}
