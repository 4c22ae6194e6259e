// Which stack a command means when it is not told: the one of CNILAB_STACK, else the only one that is up.
import { listRecords, readRecord, type StackRecord } from '../../infra/state/stack-store.ts';
import { type CliError, usageError } from './cli-error.ts';
import { unknownName } from './unknown-name.ts';

/** What Pulumi and the state directory both accept. */
const STACK_NAME = /^[A-Za-z0-9_.-]{1,100}$/;

/** @throws CliError when the name cannot be a stack's */
export function checkStackName(stack: string): string {
  if (STACK_NAME.test(stack) && !/^\.+$/.test(stack)) return stack;
  throw usageError(`"${stack}" cannot be a stack name`, 'use up to 100 letters, digits, "-", "_" and "."');
}

/**
 * The record of the stack that is meant.
 * @throws CliError when nothing is up under that name, or it is not clear which is meant
 */
export async function chooseRecord(asked: string | undefined, verb: string): Promise<StackRecord> {
  const named = stackAsked(asked);
  if (named !== undefined) {
    const record = await readRecord(checkStackName(named));
    if (record) return record;
    throw await notUp(named);
  }
  const records = await listRecords();
  const [first] = records;
  if (!first) throw usageError('no lab is up', 'npm run up stands one up');
  if (records.length === 1) return first;
  throw severalUp(records, verb);
}

/** What the command line says, else what CNILAB_STACK does. */
export function stackAsked(asked: string | undefined): string | undefined {
  return asked ?? (process.env.CNILAB_STACK || undefined);
}

export function severalUp(records: readonly StackRecord[], verb: string): CliError {
  return usageError(
    `${records.length} labs are up; say which one is meant`,
    ...records.map((record) => `${verb} --stack ${record.stack}   (lab ${record.lab})`),
    'or set it for this shell: export CNILAB_STACK=<stack>',
  );
}

async function notUp(stack: string) {
  const names = (await listRecords()).map((record) => record.stack);
  const what = `no lab is up under stack "${stack}"`;
  if (names.length === 0) return usageError(what, 'no lab is up: npm run up stands one up');
  return unknownName(what, stack, names, 'stacks with a lab');
}
