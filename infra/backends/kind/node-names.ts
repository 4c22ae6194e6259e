// How kind calls its nodes: by cluster, role and number.
import type { LabNode } from '../../lab/lab.ts';

export type NodeRole = LabNode['role'];

/** The lab's roles; kind wants one control plane at least, and where the lab names none that is its first node. */
export function kindRoles(nodes: readonly Pick<LabNode, 'role'>[]): readonly NodeRole[] {
  const roles = nodes.map(({ role }) => role);
  return roles.includes('control-plane') ? roles : roles.map((role, i) => (i === 0 ? 'control-plane' : role));
}

/**
 * `x-control-plane`, `x-control-plane2`, `x-worker`, `x-worker2`: each role counts by itself, in the configuration's order
 * (kind, pkg/cluster/internal/providers/common/namer.go).
 */
export function nodeNames(cluster: string, roles: readonly NodeRole[]): readonly string[] {
  const seen: Record<NodeRole, number> = { 'control-plane': 0, worker: 0 };
  return roles.map((role) => {
    seen[role] += 1;
    return `${cluster}-${role}${seen[role] === 1 ? '' : seen[role]}`;
  });
}

/** The container before several control planes that kind adds by itself; undefined when there is one control plane. */
export function loadBalancerName(cluster: string, roles: readonly NodeRole[]): string | undefined {
  const controlPlanes = roles.filter((role) => role === 'control-plane').length;
  return controlPlanes > 1 ? `${cluster}-external-load-balancer` : undefined;
}
