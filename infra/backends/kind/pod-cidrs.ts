// Tells Kubernetes which range of the pods' network each node has: the lab's plan, whatever order the nodes came in.
import type { ClusterSpec } from '../backend.ts';

/**
 * A script for a control-plane node. `spec.podCIDRs` may be set once, while it is empty (k8s.io/kubernetes
 * pkg/apis/core/validation, ValidateNodeUpdate). Where kubeadm does not wait for a node to be there (1.36), kubectl can.
 * @param names the nodes' real names, in the lab's order
 */
export function podCidrsScript(nodes: ClusterSpec['nodes'], names: readonly string[]): string {
  const told = nodes.map(({ podCIDR, podCIDR6 }, i) => {
    const podCIDRs = podCIDR6 === undefined ? [podCIDR] : [podCIDR, podCIDR6];
    return `tell ${names[i]} '${JSON.stringify({ spec: { podCIDR, podCIDRs } })}' & pids="$pids $!"`;
  });
  return [
    'export KUBECONFIG=/etc/kubernetes/admin.conf pids=',
    'patch() { kubectl patch node "$1" --type=merge -p "$2"; }',
    'tell() { patch "$@" 2>/dev/null || { kubectl wait --for=create --timeout=60s "node/$1" && patch "$@"; }; }',
    ...told,
    'for pid in $pids; do wait "$pid" || exit 1; done',
  ].join('\n');
}
