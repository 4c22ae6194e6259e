// A lab on one backend after the other, so that none is in another's way; each is taken down before the next, come what may.
import type { Writable } from 'node:stream';
import type { ParityRun } from '../../../infra/parity/compare-parity.ts';
import type { ReportedBackend } from '../../../infra/report/parity-report.ts';
import type { Candidate } from '../backend-candidates.ts';
import { CliError } from '../cli-error.ts';
import { onStopRequests } from '../engine/stop-requests.ts';
import { EXIT } from '../exit-codes.ts';
import { explainError } from '../explain-error.ts';
import { type LabInFile, refuseForeignStack, takeDownSurely, takesDown } from '../fresh-lab.ts';
import { parityStack, runOnBackend } from './run-on-backend.ts';

export interface InTurn {
  readonly runs: readonly ParityRun[];
  /** Every candidate, in the same order. */
  readonly backends: readonly ReportedBackend[];
  /** Stacks that could not be taken down, and why. */
  readonly left: readonly { readonly stack: string; readonly reason: string }[];
}

export interface InTurnOptions {
  /** Leaves what was stood up. @default false */
  readonly keep?: boolean | undefined;
  /** Gets the live lines. */
  readonly out: Writable;
}

/**
 * A backend that fails is an outcome, and does not keep the others from running.
 * @throws CliError when it was stopped, naming what is not down; before anything is touched when a stack holds something else
 */
export async function runInTurn(
  lab: LabInFile,
  candidates: readonly Candidate[],
  { keep = false, out }: InTurnOptions,
): Promise<InTurn> {
  const runs: ParityRun[] = [];
  const backends: ReportedBackend[] = [];
  const left: { stack: string; reason: string }[] = [];
  const usable = candidates.filter(({ refusal }) => refusal === undefined);
  await Promise.all(usable.map(({ name }) => refuseForeignStack(lab, parityStack(lab.lab.name, name))));
  let stopped = false;
  // Between two runs of the engine, too: what stands then would be left.
  const ignore = onStopRequests(() => {
    stopped = true;
  });
  try {
    for (const candidate of candidates) {
      const { name, settings, refusal } = candidate;
      if (refusal) {
        backends.push({ name, settings, state: 'unusable', ...refusal });
        continue;
      }
      if (stopped) break;
      const stack = parityStack(lab.lab.name, name);
      try {
        runs.push(await runOnBackend(lab, candidate, out));
        backends.push({ name, settings, state: 'ran' });
      } catch (error) {
        const { text, exitCode } = explainError(error);
        if (exitCode === EXIT.interrupted) stopped = true;
        else backends.push({ name, settings, state: 'failed', reason: text });
      } finally {
        const reason = keep ? undefined : await takeDownSurely(stack, out);
        if (reason !== undefined) left.push({ stack, reason });
      }
    }
    if (stopped) throw stoppedError(lab.lab.name, left);
    return { runs, backends, left };
  } finally {
    ignore();
  }
}

function stoppedError(lab: string, left: InTurn['left']): CliError {
  const stands = left.map(({ stack }) => takesDown(stack, 'what is left of it'));
  return new CliError(`stopped before lab ${lab} had run on every backend`, stands, EXIT.interrupted);
}
