// What the user may say of the minikube backend beside the lab file, and what is wrong with what was said.
import path from 'node:path';
import type { Setting } from '../backend.ts';
import type { Settings } from '../kubernetes/cluster-tool.ts';

/** Keys, as in Pulumi's config: `cnilab:minikube.<key>`. */
export const MINIKUBE_SETTINGS = {
  driver: { help: "where the nodes run: docker, podman, kvm2, qemu2 …; left out, minikube's own choice" },
  kubernetesVersion: { help: "such as v1.34.4; left out, minikube's own default" },
  cni: {
    help: "auto: minikube's own kindnet for a lab of that network type, else none, and the lab's network is applied; kindnet, flannel, bridge, calico, cilium or the absolute path of a manifest: minikube installs that one, and the lab's network is not applied",
    default: 'auto',
  },
  containerRuntime: {
    help: 'containerd, cri-o or docker',
    default: 'containerd',
    values: ['containerd', 'cri-o', 'docker'],
  },
  cpus: { help: "CPUs of each node; left out, minikube's own default" },
  memory: { help: "memory of each node, such as 4g; left out, minikube's own default" },
  diskSize: { help: "disk of each node, such as 20g; left out, minikube's own default" },
  baseImage: { help: "node image for docker and podman; left out, minikube's own" },
  imageRepository: { help: "registry with Kubernetes' images, where registry.k8s.io cannot be reached" },
  nodeAccess: {
    help: 'how to get onto the nodes: ssh (minikube ssh), pod (a privileged pod), or auto: pod where a node’s image lacks tools such as tcpdump',
    default: 'auto',
    values: ['auto', 'ssh', 'pod'],
  },
  force: {
    help: 'true: start as root, and skip checks of minikube (its --force)',
    default: 'false',
    values: ['true', 'false'],
  },
} as const satisfies Readonly<Record<string, Setting>>;

const BUILT_IN_CNI = ['auto', 'none', 'kindnet', 'flannel', 'bridge', 'calico', 'cilium'];

/** They make a machine that is there already the node, with one node a machine: this one, or one reached by ssh. */
const FOREIGN_MACHINES = ['none', 'native', 'ssh', 'generic'];

/** Of what minikube judges itself, one pattern is enough: its value must not be taken for another flag. */
const PLAIN = /^[^-\s]\S*$/;

/** Why these settings cannot be used, one sentence each. What the tool itself checks (a version, a driver) is left to it. */
export function settingsProblems(settings: Settings): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const problem = key in MINIKUBE_SETTINGS ? valueProblem(key, value) : undefined;
    return problem === undefined ? [] : [problem];
  });
}

function valueProblem(key: string, value: string): string | undefined {
  const at = `cnilab:minikube.${key}`;
  if (key === 'cni' && !BUILT_IN_CNI.includes(value) && !path.isAbsolute(value))
    return `${at} is "${value}"; it can be: ${BUILT_IN_CNI.join(', ')}, or the absolute path of a manifest`;
  if (key === 'driver' && FOREIGN_MACHINES.includes(value))
    return `${at} is "${value}", which would set up Kubernetes on a machine that is not the lab's alone; it can be a driver that makes its own: docker, podman, kvm2, qemu2 …`;
  return PLAIN.test(value) ? undefined : `${at} is "${value}", which is no value that minikube takes`;
}

/** What was said of a key, else its default. */
export function setting(settings: Settings, key: keyof typeof MINIKUBE_SETTINGS): string | undefined {
  const known = MINIKUBE_SETTINGS[key];
  return settings[key] ?? ('default' in known ? known.default : undefined);
}
