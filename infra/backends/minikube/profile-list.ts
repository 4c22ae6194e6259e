// Reads what `minikube profile list -o json` prints: the profiles that there are, and whose they are.
import { z } from 'zod';
import type { MinikubeFacts } from './profile.ts';

const node = z.object({ Name: z.string(), IP: z.string(), ControlPlane: z.boolean() });

/** The part of ClusterConfig (pkg/minikube/config/types.go) that is used. */
const config = z.object({
  Driver: z.string(),
  KubernetesConfig: z.object({
    // Go writes a list that was never made as null.
    APIServerNames: z.array(z.string()).nullish(),
    CNI: z.string().nullish(),
  }),
  Nodes: z.array(node).nullish(),
});

const listing = z.object({
  valid: z.array(z.object({ Name: z.string(), Config: config })),
  // Of an invalid one the configuration is null, or has neither nodes nor a driver.
  invalid: z.array(z.object({ Name: z.string() })),
});

export interface ProfileNode {
  /** As Kubernetes and the driver call it. */
  readonly name: string;
  /** Empty until the node has been made. */
  readonly address: string;
  readonly controlPlane: boolean;
}

/** ours · foreign: of that name, and not made by us · broken: a directory or containers without a usable configuration */
export type Profile =
  | { readonly kind: 'ours'; readonly driver: string; readonly nodes: readonly ProfileNode[] }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'broken' };

/**
 * The profile of these facts; undefined when there is none.
 * @throws Error when it is not minikube's listing
 */
export function findProfile(stdout: string, facts: MinikubeFacts): Profile | undefined {
  const list = listing.safeParse(parseJson(stdout));
  if (!list.success)
    throw new Error(`minikube profile list -o json has printed what is no list of profiles: ${head(stdout)}`);
  const valid = list.data.valid.find(({ Name }) => Name === facts.cluster);
  if (valid === undefined)
    return list.data.invalid.some(({ Name }) => Name === facts.cluster) ? { kind: 'broken' } : undefined;
  const { Driver, KubernetesConfig, Nodes } = valid.Config;
  if (!KubernetesConfig.APIServerNames?.includes(facts.mark)) return { kind: 'foreign' };
  return {
    kind: 'ours',
    driver: Driver,
    nodes: (Nodes ?? []).map(({ Name, IP, ControlPlane }, _, all) => ({
      name: machineName(facts.cluster, Name, all.length),
      address: IP,
      controlPlane: ControlPlane,
    })),
  };
}

/** MachineName in pkg/minikube/config/profile.go: the first node has the profile's name, the others that and their own. */
function machineName(profile: string, node: string, count: number): string {
  return node === '' || count === 1 ? profile : `${profile}-${node}`;
}

/** The line that is JSON: notices may stand before it. */
function parseJson(stdout: string): unknown {
  for (const line of stdout.split('\n')) {
    try {
      if (line.startsWith('{')) return JSON.parse(line);
    } catch {}
  }
  return undefined;
}

function head(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
