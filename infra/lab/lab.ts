// A resolved lab: names bound, CIDRs cut, addresses pinned. Plain JSON data, so it can be a Pulumi input.
import type { RawExperiment, RawLab } from './schema.ts';

export interface Lab {
  readonly name: string;
  readonly title: string;
  readonly underlay: {
    readonly cidr: string /** The sandbox's own address, first of the range. */;
    readonly gateway: string;
    /** Of a dual-stack lab, as everything here whose name ends in 6. */
    readonly cidr6?: string;
    readonly gateway6?: string;
  };
  readonly nodes: readonly LabNode[];
  /** Only where the lab has a way out of the cluster. */
  readonly outside?: LabOutside;
  readonly network: LabNetwork;
  readonly workloads: readonly LabWorkload[];
  readonly experiments: readonly LabExperiment[];
}

export interface LabNode {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** Address of eth0, without prefix length. */
  readonly address: string;
  readonly podCIDR: string;
  readonly address6?: string;
  /** Kubernetes has both of a node's ranges in one list, `podCIDRs`. */
  readonly podCIDR6?: string;
}

/** A network beyond the cluster. Neither of its hosts has CNI or pods. */
export interface LabOutside {
  readonly cidr: string;
  /** Forwards between the underlay (eth0, which has the underlay's gateway address) and the outside (eth1). */
  readonly router: OutsideHost & {
    /** Of eth1: the outside's gateway. */
    readonly outsideAddress: string;
  };
  /** Knows nothing of the cluster but the router. */
  readonly host: OutsideHost;
}

export interface OutsideHost {
  readonly name: string;
  /** Of eth0, without prefix length. */
  readonly address: string;
}

export interface LabNetwork {
  readonly type: 'kindnet' | 'flannel' | 'conflist';
  readonly podCIDR: string;
  readonly podCIDR6?: string;
  /** Of pod interfaces, bytes. kindnet: the uplink's (1500); flannel: the uplink's less 50. */
  readonly mtu: number;
  readonly vni: number;
  readonly port: number;
  readonly routes: boolean;
  /** Extra files for /etc/cni/net.d of every node: base name → content, verbatim. */
  readonly configs: Readonly<Record<string, string>>;
}

export interface LabWorkload {
  readonly name: string;
  /** Of pods that run already: `selected`. */
  readonly kind: 'deployment' | 'pod' | 'selected';
  readonly pods: readonly LabPod[];
}

export interface LabPod {
  /** RFC 1123 label, unique in the lab. */
  readonly name: string;
  readonly node: string;
  /**
   * The address asked of IPAM (CNI_ARGS IP=…) so that rebuilding gives the same one; a preference, not a promise. A pod
   * that is selected has its own already.
   */
  readonly address?: string;
  readonly address6?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ports: readonly {
    readonly containerPort: number;
    readonly hostPort: number;
    readonly protocol: 'tcp' | 'udp';
  }[];
  /** None of a pod that is selected: what runs in it is not the lab's. */
  readonly containers: readonly { readonly name: string; readonly command: readonly string[] }[];
  /** Of a pod that is there already: never made, changed or deleted. The same of all pods of a workload. */
  readonly selector?: PodSelector;
}

/** As in Kubernetes: a pod has to have all of the labels. */
export interface PodSelector {
  readonly namespace: string;
  readonly matchLabels: Readonly<Record<string, string>>;
}

/** As in the file, with every name checked; templates (`${pod.address}`) are filled in when it runs. */
export type LabExperiment = RawExperiment;
export type { RawLab };
