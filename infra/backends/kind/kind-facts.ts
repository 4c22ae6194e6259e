// What identifies a cluster that kind made for a lab: names that are settled, and on record, before anything is made.
import { createHash } from 'node:crypto';
import type { ClusterSpec } from '../backend.ts';
import type { ToolFacts } from '../kubernetes/cluster-tool.ts';
import { DEFAULT_RUNTIME, findRuntime, runtimeAddress } from './find-runtime.ts';
import { kindRoles, type NodeRole, nodeNames } from './node-names.ts';

/** The label of ours, on every node's container and on their network: `io.cnilab.cluster=<id>`. */
export const CLUSTER_LABEL = 'io.cnilab.cluster';
/** kind's own label of a node's container (pkg/cluster/internal/providers/docker/constants.go). */
export const KIND_LABEL = 'io.x-k8s.kind.cluster';
/** On the network: the stack, for messages to who meets it. */
export const STACK_LABEL = 'io.cnilab.stack';

export interface KindFacts extends ToolFacts {
  /** Value of {@link CLUSTER_LABEL}. */
  readonly id: string;
  /** The container runtime's command. What else it needs to find the same daemon again is here by its variables' names. */
  readonly runtime: string;
  /** Roles as kind was told them, in the lab's order, with blanks between. */
  readonly roles: string;
}

/** kind allows 50 characters, and a container's name, with "-external-load-balancer" behind it, is a host name of at most 63. */
const MAX_STACK = 20;

export function planFacts(spec: ClusterSpec, id: string): KindFacts {
  return {
    ...runtimeAddress(process.env),
    cluster: clusterName(spec.stack, id),
    id,
    runtime: findRuntime(spec.settings?.provider, process.env) ?? DEFAULT_RUNTIME,
    roles: kindRoles(spec.nodes).join(' '),
  };
}

/** Reads facts back. @throws when they are of another tool */
export function kindFacts(facts: ToolFacts): KindFacts {
  const { id, runtime, roles } = facts;
  if (typeof id !== 'string' || typeof runtime !== 'string' || typeof roles !== 'string')
    throw new Error(`these are not the facts of a kind cluster: ${JSON.stringify(facts)}`);
  return facts as KindFacts;
}

/** Real names of the nodes, in the lab's order. */
export function factsNodes({ cluster, roles }: KindFacts): readonly string[] {
  return nodeNames(cluster, roles.split(' ') as readonly NodeRole[]);
}

/** Says which stack it is, and is no other cluster's name: kind takes `^[a-z0-9.-]+$`. */
export function clusterName(stack: string, id: string): string {
  const words = stack.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const readable = words.join('-').slice(0, MAX_STACK).replace(/-$/, '');
  const unique = createHash('sha256').update(id).digest('hex').slice(0, 8);
  return ['cnilab', ...(readable ? [readable] : []), unique].join('-');
}
