// A stack's config file: the engine removes it with the stack, and a person may have written it before there was one.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomic } from '../../infra/util/write-atomic.ts';
import { ROOT } from './project.ts';

/** Where `stackConfigDir` of Pulumi.yaml has it. */
function stackConfigFile(stack: string): string {
  return path.join(ROOT, 'labs', 'stacks', `Pulumi.${stack}.yaml`);
}

/** What the config says now. @returns puts it back as it is now: gone, where it is not there */
export async function keepStackConfig(stack: string): Promise<() => Promise<void>> {
  const file = stackConfigFile(stack);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return async () => (text === undefined ? rm(file, { force: true }) : writeAtomic(file, text));
}

/** Idempotent. */
export async function removeStackConfig(stack: string): Promise<void> {
  await rm(stackConfigFile(stack), { force: true });
}
