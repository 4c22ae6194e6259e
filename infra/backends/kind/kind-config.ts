// kind's own configuration file for a lab: roles, no CNI, the lab's ranges.
import { stringify } from 'yaml';
import type { ClusterSpec } from '../backend.ts';
import type { NodeRole } from './node-names.ts';

/** A release of kind, such as 0.33. */
export interface KindVersion {
  readonly major: number;
  readonly minor: number;
}

export interface KindConfigOptions {
  readonly cluster: string;
  readonly roles: readonly NodeRole[];
  readonly kind: KindVersion;
}

/** From this release on a containerd patch that says `version` is skipped where the node's file has another one. */
const VERSION_AWARE_MINOR = 32;

/**
 * The text of a `kind.x-k8s.io/v1alpha4` Cluster (https://kind.sigs.k8s.io/docs/user/configuration/).
 *
 * Nodes get no podCIDR from Kubernetes: workers join at the same time, so which got which would be a race. They are told
 * afterwards, see pod-cidrs.ts.
 */
export function kindConfig(
  spec: Pick<ClusterSpec, 'underlay' | 'network'>,
  { cluster, roles, kind }: KindConfigOptions,
): string {
  const dual = spec.underlay.cidr6 !== undefined;
  const podSubnet = [spec.network?.podCIDR, dual ? spec.network?.podCIDR6 : undefined].filter(
    (cidr) => cidr !== undefined,
  );
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name: cluster,
    networking: {
      disableDefaultCNI: true,
      apiServerAddress: '127.0.0.1',
      ...(dual && { ipFamily: 'dual' }),
      ...(podSubnet.length > 0 && { podSubnet: podSubnet.join(',') }),
    },
    kubeadmConfigPatches: [NO_POD_CIDRS],
    containerdConfigPatches: containerdPatches(kind),
    nodes: roles.map((role) => ({ role })),
  });
}

/** Without an apiVersion kind fits it to the one that the node's kubeadm takes (pkg/internal/patch/kubeadm_merge.go). */
const NO_POD_CIDRS = stringify({
  kind: 'ClusterConfiguration',
  controllerManager: { extraArgs: { 'allocate-node-cidrs': 'false' } },
});

/**
 * containerd calls a pod's networks (loopback and the cluster's) at the same time; so that their order is a fact, it is told
 * to go one by one. The section's name depends on the version of the file's format, not on containerd's own: a file of
 * version 2 is converted by containerd 2.
 */
function containerdPatches({ major, minor }: KindVersion): string[] {
  const setting = 'setup_serially = true\n';
  const patches = [`[plugins."io.containerd.grpc.v1.cri".cni]\n${setting}`];
  if (major > 0 || minor >= VERSION_AWARE_MINOR)
    patches.push(`version = 3\n[plugins."io.containerd.cri.v1.runtime".cni]\n${setting}`);
  return patches;
}
