// Makes one message of what a command said when it failed.
import { shellQuote } from '../../util/shell-quote.ts';
import type { Refusal } from '../kubernetes/cluster-tool.ts';
import { type FailureContext, KNOWN_FAILURES, lastLines } from './known-failures.ts';

/** @param said all that the command wrote on standard error */
export function toRefusal(said: string, context: FailureContext): Refusal {
  for (const [says, refusal] of KNOWN_FAILURES) {
    const match = says.exec(said);
    if (match) return refusal(match, context);
  }
  return {
    reason: `${shellQuote(context.argv)} failed: ${lastLines(withoutSpinner(said), 8) || 'it said nothing'}`,
    fix: context.log ? `all that it said is in ${context.log}` : 'run it by hand to see more',
  };
}

export function runtimeMissing(runtime: string): Refusal {
  return {
    reason: `${runtime} is not installed, and kind runs nodes as its containers`,
    fix: 'install docker (https://docs.docker.com/engine/install/), podman or nerdctl',
  };
}

export const KIND_MISSING: Refusal = {
  reason: 'kind is not installed',
  fix: 'install it (https://kind.sigs.k8s.io/docs/user/quick-start/#installation), 0.24 or newer',
};

/** A refusal as what is thrown where one was not asked for. */
export function refusalError({ reason, fix }: Refusal): Error {
  return new Error(`${reason}\n${fix}`);
}

/** kind's own progress is no reason. */
const withoutSpinner = (text: string) => text.replaceAll(/^ [•✓✗] .*\n?/gm, '');
