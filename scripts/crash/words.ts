// What a command may say and be when something of it was killed, or when it could not do its work.
import { type Ended, HUNG } from './lane.ts';

/** A line of a JavaScript or Go stack trace: no user is to see one. */
export const TRACE = /^\s+at .*[:(]\d+|^goroutine \d+|^panic:/m;
const SHOWN = 3000;

/** What the command that was struck must not say or be. */
export function wrongWords(ended: Ended, struck: boolean): readonly string[] {
  if (ended.exitCode === HUNG) return [`it did not end\n${shown(ended)}`];
  if (TRACE.test(ended.stdout + ended.stderr)) return [`a stack trace\n${shown(ended)}`];
  // The network is whole: a check that fails would be a lie. What could not be observed is inconclusive.
  if (ended.exitCode === 1) return [`it says that an assertion does not hold\n${shown(ended)}`];
  return struck || ended.exitCode === 0 ? [] : [`it ended with ${ended.exitCode}\n${shown(ended)}`];
}

/** Of a command that could not do what it was asked for: one message, and an exit code that says so. */
export function wrongRefusal(ended: Ended): readonly string[] {
  const wrong = wrongWords(ended, true);
  if (wrong.length > 0 || ended.exitCode === 0) return wrong;
  const messages = ended.stderr.match(/^(cnilab|error): /gm)?.length ?? 0;
  return messages === 1 ? [] : [`${messages} messages instead of one\n${shown(ended)}`];
}

export function shown({ stdout, stderr }: Ended): string {
  return `${stdout}${stderr}`.slice(-SHOWN).trimEnd();
}
