// A lab under a stack of its own, stood up from nothing and taken down again, for what runs labs by itself.
import type { Writable } from 'node:stream';
import type { Lab } from '../../infra/lab/lab.ts';
import { readRecord, type StackRecord } from '../../infra/state/stack-store.ts';
import type { Candidate } from './backend-candidates.ts';
import { environmentError } from './cli-error.ts';
import { onlyExperimentsFailed } from './engine/failures.ts';
import { openStack, stackExists } from './engine/stack-session.ts';
import { operationError } from './engine/update-stack.ts';
import { EXIT } from './exit-codes.ts';
import { explainError } from './explain-error.ts';
import { refuseAnotherLab, refuseAnotherState } from './foreign-stack.ts';
import { refuseWithoutTools } from './needed-tools.ts';
import { standUp } from './stand-up.ts';
import { takeDown } from './verbs/down.ts';

export interface LabInFile {
  /** Absolute path. */
  readonly file: string;
  readonly lab: Lab;
}

/** Looks, and touches nothing. @throws CliError when the stack's name is taken by something that is not ours to take down */
export async function refuseForeignStack({ file, lab }: LabInFile, stack: string): Promise<void> {
  const record = await readRecord(stack);
  const away = [takesDown(stack)];
  await refuseAnotherLab(record, lab, file, away);
  await refuseAnotherState(record, await openStack(stack), away);
}

/**
 * What an earlier run has left under the stack's name goes first, so that every result is of now. What is made here
 * stays, for the caller to take down. Experiments that fail are no error: their results say so.
 *
 * @param out gets the live lines
 * @throws CliError (or NotReady) when the lab cannot be stood up, for another reason than its experiments; or was stopped
 */
export async function standAfresh(
  { file, lab }: LabInFile,
  stack: string,
  { name: backend, set }: Candidate,
  out: Writable,
): Promise<StackRecord> {
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
  return record;
}

/**
 * A request to stop that comes while it is being taken down is no reason to leave it half-way; a second one is.
 * @returns why it stands, if it does
 */
export async function takeDownSurely(stack: string, out: Writable): Promise<string | undefined> {
  const why = (error: unknown) => explainError(error);
  const first = await takeDown(stack, { out }).then(() => undefined, why);
  if (first?.exitCode !== EXIT.interrupted) return first?.text;
  return (await takeDown(stack, { out }).then(() => undefined, why))?.text;
}

/** For a message: the command that does it by hand. */
export function takesDown(stack: string, what = 'it'): string {
  return `npm run down -- --stack ${stack}   takes down ${what}`;
}
