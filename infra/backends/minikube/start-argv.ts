// The arguments of `minikube start` for a cluster: a pure function of what is wanted.

import type { ClusterSpec } from '../backend.ts';
import { clusterCidr } from './cluster-cidr.ts';
import { chosenCni } from './cni.ts';
import type { MinikubeFacts } from './profile.ts';
import { setting } from './settings.ts';

/** Settings that are flags of minikube's as they are. */
const FLAGS = {
  driver: '--driver',
  kubernetesVersion: '--kubernetes-version',
  containerRuntime: '--container-runtime',
  cpus: '--cpus',
  memory: '--memory',
  diskSize: '--disk-size',
  baseImage: '--base-image',
  imageRepository: '--image-repository',
} as const;

/** Drivers whose nodes are containers: only they take --subnet. */
const CONTAINER_DRIVERS = ['docker', 'podman'];

/**
 * @param manifest file with a manifest that installs no CNI
 * @throws Error when minikube cannot make such a cluster
 */
export function startArgv(spec: ClusterSpec, facts: MinikubeFacts, manifest: string): readonly string[] {
  const settings = spec.settings ?? {};
  const cni = chosenCni(spec);
  const { cidr, nodePrefix } = clusterCidr(inMinikubesOrder(spec).map((node) => node.podCIDR));
  const podCIDR = spec.network?.podCIDR ?? cidr;
  const driver = setting(settings, 'driver');
  return [
    'start',
    ...['--profile', facts.cluster],
    // The kubeconfig is ours, and is to have this cluster's context as its current one, whatever the user has set.
    '--keep-context=false',
    ...['--output', 'json', '--interactive=false', '--embed-certs'],
    `--nodes=${spec.nodes.length}`,
    ...Object.entries(FLAGS).flatMap(([key, flag]) => {
      const value = setting(settings, key as keyof typeof FLAGS);
      return value === undefined ? [] : [`${flag}=${value}`];
    }),
    ...(driver === undefined || CONTAINER_DRIVERS.includes(driver)
      ? [`--subnet=${subnet(spec.underlay.cidr)}`]
      : []),
    `--cni=${cni === 'none' ? manifest : cni}`,
    `--apiserver-names=${facts.mark}`,
    `--extra-config=kubeadm.pod-network-cidr=${podCIDR}`,
    ...(nodePrefix === 24 ? [] : [`--extra-config=controller-manager.node-cidr-mask-size=${nodePrefix}`]),
    // With a network there from the start, CoreDNS would take the addresses that the lab's first pods are to get.
    ...(cni === 'none' ? [] : ['--extra-config=kubeadm.skip-phases=addon/coredns']),
    '--install-addons=false',
    // Without a CNI no node becomes ready.
    `--wait=apiserver,default_sa,kubelet${cni === 'none' ? '' : ',node_ready'}`,
    ...(setting(settings, 'force') === 'true' ? ['--force'] : []),
  ];
}

/** minikube's first node is the control plane, and the others are workers. @throws Error when the lab's are not so */
export function inMinikubesOrder(spec: ClusterSpec): ClusterSpec['nodes'] {
  const planes = spec.nodes.filter(({ role }) => role === 'control-plane').map(({ name }) => name);
  if (planes.length !== 1 || spec.nodes[0]?.name !== planes[0])
    throw new Error(
      `minikube's first node is the only control plane; in lab ${spec.lab} ${planes.length === 1 ? `${planes[0]} is not the first node` : `${planes.length} nodes are: ${planes.join(', ') || 'none'}`}\nname the control plane first in the lab file, and the workers after it`,
    );
  return spec.nodes;
}

/**
 * minikube takes an address for the range that its class has, and a range as it is; but it crashes when that is taken
 * (FreeSubnet in pkg/network/network.go of 1.38.1), where of an address it tries the next one.
 */
function subnet(cidr: string): string {
  const [address = '', prefix] = cidr.split('/');
  const first = Number(address.split('.')[0]);
  const classPrefix = first < 128 ? 8 : first < 192 ? 16 : 24;
  return Number(prefix) === classPrefix ? address : cidr;
}
