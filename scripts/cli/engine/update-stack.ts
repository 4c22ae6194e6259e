// `pulumi up` and `pulumi destroy` for a person: leftovers cleared, live lines, one clear message when it fails.
import path from 'node:path';
import type { Writable } from 'node:stream';
import { indent } from '../../../infra/report/words.ts';
import { stateDir } from '../../../infra/util/dirs.ts';
import { CliError } from '../cli-error.ts';
import type { ExitCode } from '../exit-codes.ts';
import { ROOT } from '../project.ts';
import { StatusLine } from '../status-line.ts';
import { shortPath } from '../text.ts';
import { withTemporary } from './engine-temporary.ts';
import { LiveLines, resourceTitle } from './live-lines.ts';
import { endOrphans, findOrphans } from './orphans.ts';
import { type EngineOutcome, runEngine } from './run-engine.ts';
import { clearLeftovers, engineHints, type StackSession, stoppedError } from './stack-session.ts';

export interface Operation {
  /** Arguments of `pulumi`, without the stack. */
  readonly args: readonly string[];
  /** Name of the lab, for shorter lines. */
  readonly lab: string;
  /** Types of resources whose lines are left out. @default none */
  readonly hidden?: readonly string[];
  /** Shown when it was stopped: how to go on. */
  readonly goOn: readonly string[];
  /** Gets the engine's account. @default engineLog of the stack */
  readonly logFile?: string;
  /** Gets the live lines. @default standard output */
  readonly out?: Writable;
}

/** How often the times of what is being done are shown anew, ms. */
const CLOCK_MS = 200;

/** Runs one engine operation on the stack. A failure of resources is an outcome, not an error. */
export async function operate(session: StackSession, operation: Operation): Promise<EngineOutcome> {
  const status = new StatusLine(operation.out);
  const live = new LiveLines(operation.lab, () => performance.now(), operation.hidden);
  // Between events only the times move.
  const clock = status.isLive ? setInterval(() => status.update([], live.current()), CLOCK_MS) : undefined;
  const outcome = await withTemporary(session.stack, session.env, async (env) => {
    const outcome = await runEngine([...operation.args, '--stack', session.stack], {
      env,
      cwd: ROOT,
      logFile: operation.logFile ?? engineLog(session.stack),
      onEvent: (event) => {
        const lines = live.next(event);
        status.update(lines, live.current());
      },
      onStop: (request) => {
        status.update([
          request === 'soon'
            ? 'Stopping: what is being done is undone or put on record (Ctrl-C again: at once) …'
            : 'Stopping at once …',
        ]);
      },
    });
    clearInterval(clock);
    status.update([]);
    if (outcome.killed) {
      await endOrphans(await findOrphans(ROOT));
      await clearLeftovers(session, () => {});
    }
    return outcome;
  });
  if (outcome.interrupted && !outcome.ok) {
    throw stoppedError(session.stack, operation.goOn);
  }
  return outcome;
}

/** Everything the engine said in its last run. Apart from the stack's directory, which comes and goes with the lab. */
export function engineLog(stack: string, run = 'engine'): string {
  return path.join(stateDir(), 'logs', `${stack}.${run}.log`);
}

/** The error of a failed operation. */
export function operationError(
  what: string,
  {
    session,
    outcome,
    lab,
    exitCode,
  }: { session: StackSession; outcome: EngineOutcome; lab: string; exitCode: ExitCode },
  ...hints: readonly string[]
): CliError {
  const reasons = outcome.failures.map(({ type, name, message }) =>
    type === undefined || name === undefined ? message : `${resourceTitle(type, name, lab)}: ${message}`,
  );
  const killed = outcome.killed ? ['the engine was killed from outside'] : [];
  const text =
    [...killed, ...reasons].map((text) => indent(text, 2)).join('\n') || '  the engine gave no reason';
  return new CliError(
    `${what}:\n${text}`,
    [...engineHints(text), ...hints, `the engine's own account: ${shortPath(engineLog(session.stack))}`],
    exitCode,
  );
}
