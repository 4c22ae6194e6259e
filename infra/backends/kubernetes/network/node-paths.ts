// Where things are on a node whose CNI is ours.

export interface NodePaths {
  /** Where the runtime looks for plugins. */
  readonly plugins: string;
  /** Everything of ours that is no configuration. */
  readonly own: string;
}

/** containerd's own default for plugins, which kubeadm's packages, kind and minikube keep. */
export const NODE_PATHS: NodePaths = { plugins: '/opt/cni/bin', own: '/var/lib/cnilab' };
