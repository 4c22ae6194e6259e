// Which CNI minikube is told to install, and whether the lab's network is there then.
import type { ClusterNetwork, ClusterSpec } from '../backend.ts';
import { setting } from './settings.ts';

/** What kindnet's masquerading is told in minikube's manifest, whatever the cluster's range is (DefaultPodCIDR in its pkg/minikube/cni/cni.go). */
const MANIFEST_POD_CIDR = '10.244.0.0/16';

/** `none`, or what `minikube start --cni` is to be given. */
export function chosenCni({ settings = {}, network }: ClusterSpec): string {
  const asked = setting(settings, 'cni') ?? 'auto';
  if (asked !== 'auto') return asked;
  return network && isMinikubesKindnet(network) ? 'kindnet' : 'none';
}

/** Whether minikube itself installs a network: the lab's is not to be applied over it. */
export function bringsNetwork(spec: ClusterSpec): boolean {
  return chosenCni(spec) !== 'none';
}

function isMinikubesKindnet({ type, podCIDR, podCIDR6 }: ClusterNetwork): boolean {
  return type === 'kindnet' && podCIDR === MANIFEST_POD_CIDR && podCIDR6 === undefined;
}

/**
 * A manifest for `--cni` that installs no network: `--cni=false` is refused with every container runtime but docker
 * (validateCNI in minikube's cmd/minikube/cmd/start.go), and with it minikube would leave the node's own bridge
 * configurations in force.
 */
export const NO_CNI_MANIFEST = `# Given to minikube as its CNI: installs none, because cnilab applies the lab's network itself.
apiVersion: v1
kind: ConfigMap
metadata:
  name: cnilab-network
  namespace: kube-system
`;
