// Tells Kubernetes which range of the pods' network each node has: the lab's plan, whatever order the nodes came in.
import type { ClusterSpec } from '../backend.ts';

/**
 * A script for a control-plane node. `spec.podCIDRs` may be set once, while it is empty (k8s.io/kubernetes
 * pkg/apis/core/validation, ValidateNodeUpdate). A kubectl before 1.31 cannot wait for a creation; its kubeadm does.
 * @param names the nodes' real names, in the lab's order
 */
export function podCidrsScript(nodes: ClusterSpec['nodes'], names: readonly string[]): string {
  const patches = nodes.map(({ podCIDR, podCIDR6 }, i) => {
    const podCIDRs = podCIDR6 === undefined ? [podCIDR] : [podCIDR, podCIDR6];
    const patch = JSON.stringify({ spec: { podCIDR, podCIDRs } });
    return `kubectl patch node ${names[i]} --type=merge -p '${patch}' & pids="$pids $!"`;
  });
  return [
    'export KUBECONFIG=/etc/kubernetes/admin.conf',
    `kubectl wait --for=create --timeout=60s ${names.map((name) => `node/${name}`).join(' ')} >/dev/null 2>&1`,
    'pids=',
    ...patches,
    'for pid in $pids; do wait "$pid" || exit 1; done',
  ].join('\n');
}
