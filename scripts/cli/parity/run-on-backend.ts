// One lab on one backend, under a stack of its own, from nothing to its results.
import type { Writable } from 'node:stream';
import type { Lab } from '../../../infra/lab/lab.ts';
import type { ParityRun } from '../../../infra/parity/compare-parity.ts';
import { readRecord } from '../../../infra/state/stack-store.ts';
import { checkStackName } from '../choose-stack.ts';
import { environmentError } from '../cli-error.ts';
import { onlyExperimentsFailed } from '../engine/failures.ts';
import { openStack, stackExists } from '../engine/stack-session.ts';
import { operationError } from '../engine/update-stack.ts';
import { EXIT } from '../exit-codes.ts';
import { refuseAnotherLab, refuseAnotherState } from '../foreign-stack.ts';
import { labResults } from '../lab-report.ts';
import { refuseWithoutTools } from '../needed-tools.ts';
import { standUp } from '../stand-up.ts';
import { takeDown } from '../verbs/down.ts';
import type { Candidate } from './candidates.ts';

export interface ParityLab {
  /** Absolute path. */
  readonly file: string;
  readonly lab: Lab;
}

export function parityStack(lab: string, backend: string): string {
  return checkStackName(`parity-${lab}-${backend}`);
}

/** Looks, and touches nothing. @throws CliError when the stack's name is taken by something that is not ours to take down */
export async function refuseForeignStack({ file, lab }: ParityLab, backend: string): Promise<void> {
  const stack = parityStack(lab.name, backend);
  const record = await readRecord(stack);
  const away = [takesDown(stack)];
  await refuseAnotherLab(record, lab, file, away);
  await refuseAnotherState(record, await openStack(stack), away);
}

function takesDown(stack: string): string {
  return `npm run down -- --stack ${stack}   takes it down`;
}

/**
 * What an earlier run has left under the stack's name goes first, so that every result is of now. What is made here
 * stays, for the caller to take down.
 *
 * @param out gets the live lines
 * @throws CliError (or NotReady) when the lab cannot be stood up, for another reason than its experiments; or was stopped
 */
export async function runOnBackend(
  { file, lab }: ParityLab,
  { name: backend, set }: Candidate,
  out: Writable,
): Promise<ParityRun> {
  const stack = parityStack(lab.name, backend);
  await refuseWithoutTools(lab, backend);
  const session = await openStack(stack);
  if ((await readRecord(stack)) || (await stackExists(session))) await takeDown(stack, { out });
  out.write(`Lab ${lab.name} on ${backend}, stack ${stack}:\n`);
  const { outcome } = await standUp(session, {
    file,
    lab,
    config: { backend },
    settings: { [backend]: set },
    goOn: [takesDown(stack)],
    out,
  });
  if (!outcome.ok && !onlyExperimentsFailed(outcome.failures)) {
    const failed = { session, outcome, lab: lab.name, exitCode: EXIT.environment };
    throw operationError(`lab ${lab.name} could not be stood up on ${backend}`, failed);
  }
  const record = await readRecord(stack);
  if (!record) throw environmentError(`stack "${stack}" was taken down while its experiments ran`);
  return { backend, experiments: (await labResults(record)).experiments };
}
