// Deletes a cluster on minikube: the machines, and all that minikube remembers of them.
import pLimit from 'p-limit';
import type { Operation } from '../backend.ts';
import { parseEvent } from './events.ts';
import { MinikubeError, minikubeError } from './failure.ts';
import { askMinikube, runMinikube } from './minikube.ts';
import { driverSilence } from './parse-status.ts';
import type { MinikubeFacts } from './profile.ts';
import { foreignProfile, profileOf } from './profiles.ts';

/** `minikube delete` reads, changes and writes the one config.json of all profiles, without a lock (deleteContext, Unset). */
const oneAtATime = pLimit(1);

/**
 * Idempotent. A profile that we have not made is left alone.
 *
 * It is deleted twice, because minikube 1.38.1 leaves the network of a profile of several containers: it removes it with the
 * first of them, while the others are still attached, and not again (PossibleLeftOvers in pkg/minikube/delete/delete.go,
 * Remove in pkg/drivers/kic/kic.go). Of a profile that it does not know it takes away what bears its name, the network too:
 * also where somebody has deleted the profile by hand.
 * @throws Error when it is not ours, or when its driver does not answer: minikube would say that it
 * has deleted all, and have forgotten machines that are still there
 */
export function deleteProfile(facts: MinikubeFacts, op: Operation): Promise<void> {
  return oneAtATime(async () => {
    const profile = await profileOf(facts, op);
    if (profile?.kind === 'foreign') throw foreignProfile(facts);
    if (profile?.kind === 'ours') await requireDriver(facts, profile.driver, op);
    await keepingActiveProfile(facts, op, async () => {
      if (profile !== undefined) await runDelete(facts, op);
      await runDelete(facts, op);
    });
  });
}

async function runDelete(facts: MinikubeFacts, op: Operation): Promise<void> {
  const argv = ['delete', '--profile', facts.cluster, '--output', 'json'];
  const result = await runMinikube(argv, facts, undefined, op);
  if (result.exitCode !== 0 || hasFailed(result.stdout))
    throw minikubeError(`delete the cluster ${facts.cluster}`, result);
}

/** With exit status 0, too, when a machine could not be deleted; that there was no whole profile is no failure. */
function hasFailed(stdout: string): boolean {
  return stdout.split('\n').some((line) => {
    const event = parseEvent(line);
    return event?.kind === 'error' && !event.message.includes('profile does not exist');
  });
}

async function requireDriver(facts: MinikubeFacts, driver: string, op: Operation): Promise<void> {
  const silence = driverSilence(await askMinikube(statusArgs(facts), facts, op));
  if (silence === undefined) return;
  throw new MinikubeError(
    '',
    `minikube cannot delete the cluster ${facts.cluster}: its driver ${driver} does not answer: ${silence}\nstart it, then run this again; nothing has been deleted`,
  );
}

export function statusArgs({ cluster }: MinikubeFacts): readonly string[] {
  return ['status', '--profile', cluster, '--output', 'json'];
}

/** Deleting any profile makes minikube forget which one the user has chosen for their own commands. */
async function keepingActiveProfile<T>(
  facts: MinikubeFacts,
  op: Operation,
  work: () => Promise<T>,
): Promise<T> {
  const { exitCode, stdout } = await askMinikube(['config', 'get', 'profile'], facts, op);
  const active = stdout.trim();
  try {
    return await work();
  } finally {
    // Also after a Ctrl-C.
    if (exitCode === 0 && active !== '' && active !== facts.cluster)
      await askMinikube(['config', 'set', 'profile', active], facts, {
        signal: new AbortController().signal,
      });
  }
}
