// What a backend is: it makes clusters and workloads, and gives out Hosts. One folder per implementation.
import type { CniCall } from '../cni/call.ts';
import type { Lab, LabNetwork, LabNode, LabOutside, LabPod } from '../lab/lab.ts';
import type { Host } from './host.ts';

/** What identifies a live cluster: plain JSON, kept in Pulumi state and in the stack's record. */
export interface ClusterHandle {
  readonly backend: string;
  /** Unique for every cluster ever made. */
  readonly id: string;
  /** Backend-specific facts (PIDs, start times, boot id …); opaque to everybody else. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Each node's own range is inside `podCIDR`. */
export type ClusterNetwork = Pick<LabNetwork, 'type' | 'podCIDR' | 'podCIDR6' | 'vni' | 'port'>;

export interface ClusterSpec {
  readonly stack: string;
  readonly lab: string;
  readonly isolation: 'auto' | 'rootless' | 'root';
  readonly underlay: Lab['underlay'];
  readonly nodes: readonly LabNode[];
  /** Of the pods' network, what a tool may want to know when it makes a cluster. On backends that are Kubernetes. */
  readonly network?: ClusterNetwork;
  /** A router and a host behind it, when the lab has them. */
  readonly outside?: LabOutside;
  /** What the user has said of this backend beside the lab file: key → text. Each backend says which it understands. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A node as it stands. */
export interface NodeStatus extends LabNode {
  /** Where the node is entered; on netns the PID (in the sandbox) of its keeper. */
  readonly pid: number;
  /** As Kubernetes calls it, on backends that are Kubernetes. */
  readonly kubernetesName?: string;
}

/** A pod as it stands. */
export interface PodStatus {
  readonly name: string;
  readonly node: string;
  /** Of eth0 as the CNI result says, without prefix length. */
  readonly address: string;
  /** The same of IPv6, where CNI gave one. */
  readonly address6?: string;
  readonly containerId: string;
  /** PID of the pause process, in the cluster's PID namespace. */
  readonly pid: number;
  /** Node end of the pod's veth, as the CNI result says. */
  readonly hostVeth: string;
  readonly mac: string;
  /** It is in its node's own network: what it sends is sent by the node, and no plugin was asked to attach it. */
  readonly hostNetwork?: true;
  readonly containers: readonly { readonly name: string; readonly id: string; readonly pid: number }[];
}

/** One thing that is not as it was made: shown by refresh, mended by up. */
export interface Drift {
  /** The node or pod. */
  readonly object: string;
  /** Such as "route 10.244.1.0/24 via 192.168.49.3 is missing". */
  readonly what: string;
}

/** Takes one short line about what is being done now. */
export type Progress = (message: string) => void;

export interface Operation {
  readonly signal: AbortSignal;
  readonly progress?: Progress;
}

/** What to start, on this machine, to be inside a host: for interactive use, with the caller's terminal. */
export interface ShellCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
}

/** A cluster that can be worked on. */
export interface Cluster {
  readonly handle: ClusterHandle;
  /** Node, router or outside host, pod, or pod/container. @throws when there is none of that name, naming those there are. */
  host(name: string): Host;
  /** Cluster nodes: those that pods run on. */
  nodes(): Promise<readonly NodeStatus[]>;
  pods(): Promise<readonly PodStatus[]>;
  /** How to run `argv` on a host (by the names that `host` takes) with this process's own terminal. */
  shell(name: string, argv: readonly string[]): Promise<ShellCommand>;
  /** Every CNI plugin call made on this cluster so far, oldest first. */
  cniCalls(): Promise<readonly CniCall[]>;
}

/** Something that the user may say of a backend beside the lab file. */
export interface Setting {
  /** One line. */
  readonly help: string;
  /** In words, or the value itself. */
  readonly default?: string;
  /** All that it can be. @default any text */
  readonly values?: readonly string[];
}

export interface Backend {
  readonly name: string;
  /** The settings that it understands, by their key. Others are refused. @default none */
  readonly settings?: Readonly<Record<string, Setting>>;
  /** Undefined when it can be used here, else one sentence why not and one what to do. */
  probe(
    isolation: ClusterSpec['isolation'],
    settings?: ClusterSpec['settings'],
  ): Promise<{ readonly reason: string; readonly fix: string } | undefined>;

  /**
   * To be called where `probe` has nothing to say against it. `record` is awaited with the handle before anything outlives this process, so a crash leaves nothing unrecorded.
   */
  createCluster(
    spec: ClusterSpec,
    record: (handle: ClusterHandle) => Promise<void>,
    op: Operation,
  ): Promise<ClusterHandle>;
  updateCluster(handle: ClusterHandle, old: ClusterSpec, spec: ClusterSpec, op: Operation): Promise<void>;
  /** Cheap (no process): whether this very cluster still stands. */
  isAlive(handle: ClusterHandle): Promise<boolean>;
  /** Idempotent; resolves when nothing is left. */
  deleteCluster(handle: ClusterHandle, op: Operation): Promise<void>;
  clusterDrift(handle: ClusterHandle, spec: ClusterSpec, op: Operation): Promise<readonly Drift[]>;

  /** Writes CNI configuration and wires the nodes together; idempotent, mends what drifted, removes what was applied before and is not wanted now. */
  applyNetwork(
    handle: ClusterHandle,
    nodes: readonly LabNode[],
    network: LabNetwork,
    op: Operation,
  ): Promise<void>;
  networkDrift(
    handle: ClusterHandle,
    nodes: readonly LabNode[],
    network: LabNetwork,
    op: Operation,
  ): Promise<readonly Drift[]>;
  deleteNetwork(
    handle: ClusterHandle,
    nodes: readonly LabNode[],
    network: LabNetwork,
    op: Operation,
  ): Promise<void>;

  /** Makes exactly `pods` exist for this workload: adds, removes, recreates those that changed or drifted, leaves the rest alone. */
  applyWorkload(
    handle: ClusterHandle,
    workload: string,
    pods: readonly LabPod[],
    op: Operation,
  ): Promise<readonly PodStatus[]>;
  workloadDrift(
    handle: ClusterHandle,
    workload: string,
    pods: readonly LabPod[],
    op: Operation,
  ): Promise<readonly Drift[]>;
  /** Cheap (no process): pods of this workload whose processes are gone. */
  deadPods(handle: ClusterHandle, pods: readonly PodStatus[]): Promise<readonly string[]>;
  deleteWorkload(handle: ClusterHandle, workload: string, op: Operation): Promise<void>;

  /** Text of a kubeconfig for the cluster, on backends that are Kubernetes: whoever has it may do everything there. */
  kubeconfig?(handle: ClusterHandle): string;

  connect(handle: ClusterHandle): Cluster;
  /** Lets go of everything this process holds open for the cluster; the cluster stays. */
  disconnect(handle: ClusterHandle): Promise<void>;
}
