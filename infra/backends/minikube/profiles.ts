// Asks minikube for the profile of a cluster.
import type { Operation } from '../backend.ts';
import { minikubeError } from './failure.ts';
import { askMinikube } from './minikube.ts';
import type { MinikubeFacts } from './profile.ts';
import { findProfile, type Profile } from './profile-list.ts';

/**
 * The light list is of whole profiles, and asks no driver; the full one asks for each profile's hosts, the user's own too,
 * and is needed only to see what is broken.
 * @throws MinikubeError when minikube cannot list its profiles
 */
export async function profileOf(facts: MinikubeFacts, op: Operation): Promise<Profile | undefined> {
  return (await listed(facts, ['--light'], op)) ?? (await listed(facts, [], op));
}

async function listed(
  facts: MinikubeFacts,
  flags: readonly string[],
  op: Operation,
): Promise<Profile | undefined> {
  const result = await askMinikube(['profile', 'list', ...flags, '--output', 'json'], facts, op);
  if (result.exitCode !== 0) throw minikubeError('list its profiles', result);
  return findProfile(result.stdout, facts);
}

/** The message for a profile of our name that we have not made. */
export function foreignProfile({ cluster, home }: MinikubeFacts): Error {
  return new Error(
    `minikube has a profile ${cluster} in ${home} that cnilab has not made: it is left as it is\nrename or delete it (minikube delete -p ${cluster}), then run this again`,
  );
}
