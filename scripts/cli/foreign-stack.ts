// A stack that is not this lab's to change: it holds another lab, or belongs to another Pulumi state.
import { realpath } from 'node:fs/promises';
import { loadBackend } from '../../infra/backends/registry.ts';
import type { Lab } from '../../infra/lab/lab.ts';
import { backendUrl } from '../../infra/origin.ts';
import type { StackRecord } from '../../infra/state/stack-store.ts';
import { usageError } from './cli-error.ts';
import type { StackSession } from './engine/stack-session.ts';
import { mends, standsUpAgain } from './mending.ts';

/**
 * Another lab under the same stack would be torn down to make room: never without being asked to.
 * @param hints how to have both, or this one instead
 * @throws CliError
 */
export async function refuseAnotherLab(
  record: StackRecord | undefined,
  lab: Lab,
  file: string,
  hints: readonly string[],
): Promise<void> {
  if (!record || (await samePlace(record.labFile, file))) return;
  const { stack } = record;
  throw usageError(
    record.lab === lab.name
      ? `stack "${stack}" holds another lab of that name, made from ${record.labFile}`
      : `stack "${stack}" holds lab ${record.lab}, not ${lab.name}`,
    ...hints,
  );
}

/**
 * Stacks of two Pulumi states may have one name, and this machine one lab of that name: it belongs to the first.
 * @throws CliError
 */
export async function refuseAnotherState(
  record: StackRecord | undefined,
  { stack, env }: StackSession,
  hints: readonly string[],
): Promise<void> {
  if (!record || record.backendUrl === (await backendUrl(env))) return;
  if (record.course !== undefined)
    throw usageError(
      `stack "${stack}" is an instance of course ${record.course}, which no Pulumi stack stands for`,
      `${standsUpAgain(record)}   makes what does not stand of it`,
      mends(record),
      ...hints,
    );
  const backend = await loadBackend(record.backend);
  if (!(await backend.isAlive(record.handle))) return;
  throw usageError(
    `a lab is already up under stack "${stack}", whose Pulumi state is in ${record.backendUrl}`,
    ...hints,
  );
}

async function samePlace(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((file) => realpath(file).catch(() => file)));
  return a === b;
}
