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
 * @throws Error when it is not ours, or when its driver does not answer: minikube would say that it
 * has deleted all, and have forgotten machines that are still there
 */
export function deleteProfile(facts: MinikubeFacts, op: Operation): Promise<void> {
  return oneAtATime(async () => {
    const profile = await profileOf(facts, op);
    if (profile === undefined) return;
    if (profile.kind === 'foreign') throw foreignProfile(facts);
    if (profile.kind === 'ours') await requireDriver(facts, profile.driver, op);
    const result = await keepingActiveProfile(facts, op, () =>
      runMinikube(['delete', '--profile', facts.cluster, '--output', 'json'], facts, undefined, op),
    );
    if (result.exitCode !== 0 || hasFailed(result.stdout))
      throw minikubeError(`delete the cluster ${facts.cluster}`, result);
  });
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
