// Which profile of minikube is ours: its name, the mark in its configuration, and the facts to find it by.
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import type { ToolFacts } from '../kubernetes/cluster-tool.ts';

/** Facts of a cluster on minikube. `cluster` is the profile. */
export interface MinikubeFacts extends ToolFacts {
  /** Is among the names of the API server's certificate, which minikube keeps in the profile's configuration. */
  readonly mark: string;
  /** minikube's directory, with the images that it has cached: the user's own. */
  readonly home: string;
}

/** Of what a lab's name may be long, this much is enough to recognise it by: names of nodes have 63 characters at most. */
const NAME_LENGTH = 30;

/**
 * Unique for every cluster ever made. The last part is hexadecimal: minikube takes `-m02` at a name's end for the second
 * node (IndexFromMachineName in pkg/minikube/driver/driver.go).
 */
export function planProfile(lab: string, id: string, home = minikubeHome()): MinikubeFacts {
  const hash = createHash('sha256').update(id).digest('hex');
  const name = lab
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_LENGTH)
    .replaceAll(/^-+|-+$/g, '');
  return {
    cluster: ['cnilab', name, hash.slice(0, 8)].filter(Boolean).join('-'),
    mark: `${hash.slice(0, 32)}.cnilab.invalid`,
    home,
  };
}

/** @throws TypeError when a handle's facts are not of minikube */
export function minikubeFacts(facts: ToolFacts): MinikubeFacts {
  const { mark, home } = facts;
  if (typeof mark !== 'string' || typeof home !== 'string')
    throw new TypeError(`the cluster ${facts.cluster} was not recorded as one of minikube`);
  return { ...facts, mark, home };
}

/** As MiniPath in pkg/minikube/localpath/localpath.go finds it. */
export function minikubeHome(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = env.MINIKUBE_HOME;
  if (!given) return path.join(env.HOME ?? homedir(), '.minikube');
  const absolute = path.resolve(given);
  return path.basename(absolute) === '.minikube' ? absolute : path.join(absolute, '.minikube');
}
