// What the command's exit code says. The table for readers is in docs/commands.md.
import type { Verdict } from '../../infra/experiments/result.ts';

export const EXIT = {
  pass: 0,
  /** An assertion about the lab does not hold. */
  fail: 1,
  /** The command line or a lab file is wrong: nothing was touched. */
  usage: 2,
  /** The machine, a tool, the engine or the lab's cluster is not as it must be. */
  environment: 3,
  /** Nothing failed, but something could not be known. */
  inconclusive: 4,
  /** Stopped by Ctrl-C (128 + SIGINT, as shells have it). */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const OF_VERDICT: Readonly<Record<Verdict, ExitCode>> = {
  pass: EXIT.pass,
  fail: EXIT.fail,
  inconclusive: EXIT.inconclusive,
};

export function exitCodeOf(verdict: Verdict): ExitCode {
  return OF_VERDICT[verdict];
}

/**
 * The verdict that counts for the exit code: the worst of those experiments whose lab does not merely record them.
 *
 * @param recorded names of the experiments with `onFailure: record`
 */
export function decisiveVerdict(
  experiments: readonly { readonly name: string; readonly verdict: Verdict }[],
  recorded: ReadonlySet<string> = new Set(),
): Verdict {
  const verdicts = experiments.filter(({ name }) => !recorded.has(name)).map(({ verdict }) => verdict);
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}
