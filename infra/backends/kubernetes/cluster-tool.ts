// What is peculiar to a tool that makes Kubernetes clusters (kind, minikube, k3s) or to a cluster that is already there. Everything
// else of a Kubernetes backend is written once, over this.
import type { ClusterSpec, Operation, Setting } from '../backend.ts';
import type { NodeAccess } from './node-access.ts';

/** What the tool needs to find its cluster again: plain data in the cluster's handle. `cluster` is the tool's own name of it. */
export type ToolFacts = Readonly<Record<string, string | number>> & { readonly cluster: string };

/** What the user may say of a backend beside the lab file: `cnilab:<backend>.<key>` in Pulumi's config, all texts. */
export type Settings = Readonly<Record<string, string>>;

/** Why something cannot be done here: one sentence, and one that says what to do. */
export interface Refusal {
  readonly reason: string;
  readonly fix: string;
}

/** A node as the lab calls it, and as Kubernetes does. */
export interface NodeName {
  readonly lab: string;
  readonly real: string;
}

/** What a way onto the nodes may need to know. */
export interface AccessedCluster {
  readonly lab: string;
  readonly kubeconfig: string;
  readonly nodes: () => readonly string[];
}

/** Directories in which the runtime of a node looks. */
export interface CniPaths {
  readonly config: string;
  readonly plugins: string;
}

/** running · stopped: it is there, but its processes are not · gone */
export type ToolState = 'running' | 'stopped' | 'gone';

export interface ClusterTool {
  /** Name of the backend. */
  readonly name: string;
  /**
   * Whether the cluster is ours alone, from `create` to `delete`. Of one that is not, system pods, nodes and CNI
   * configuration are left as they are.
   */
  readonly ownsCluster: boolean;
  /** Its nodes are machines that stay when the cluster goes: the lab's network is taken off them first. @default false */
  readonly nodesStay?: boolean;
  /** Keys of settings that it understands, each with one line of help and its default, for messages and docs. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** Undefined when clusters can be made here. Starts processes; asked before a cluster is made. */
  probe(settings: Settings): Promise<Refusal | undefined>;
  /** Facts of the cluster that `create` would make, before anything is made, so that they can be put on record first. @param id unique */
  plan(spec: ClusterSpec, id: string): ToolFacts;
  /**
   * Makes the cluster without a CNI, where the tool lets one choose: its nodes may be NotReady. Idempotent: goes on with
   * what a killed run has left under these facts. `kubeconfig` is a file of ours to be written, mode 0600; the user's own
   * is never touched.
   * @returns the nodes, in the lab's order
   * @throws Error with one message: what, and what to do. What was made half stays, for `delete`.
   */
  create(
    spec: ClusterSpec,
    facts: ToolFacts,
    kubeconfig: string,
    op: Operation,
  ): Promise<readonly NodeName[]>;
  /**
   * Whether the tool itself has installed the network that the spec asks for: then it is taken as it is, and only looked
   * after. @default false
   */
  bringsNetwork?(spec: ClusterSpec): boolean;
  /**
   * Where the nodes have the network that the tool brings, so that calls of its plugins can be recorded there, and its
   * configuration read. @default calls are not recorded, and the configuration is where it is by default
   */
  cniPaths?(facts: ToolFacts): CniPaths | undefined;
  /** Adds nodes, where the tool can. @throws Error when it cannot, saying that the lab has to be made anew */
  addNodes?(
    spec: ClusterSpec,
    facts: ToolFacts,
    kubeconfig: string,
    op: Operation,
  ): Promise<readonly NodeName[]>;
  /** Asks the tool (starts a process). Only when the API does not answer. */
  state(facts: ToolFacts, op: Operation): Promise<ToolState>;
  /** Idempotent; takes away what was half made, too. Never touches a cluster that is not of these facts. */
  delete(facts: ToolFacts, op: Operation, kubeconfig: string): Promise<void>;
  /** @param cluster where the kubeconfig is that `create` wrote, and the nodes as Kubernetes calls them */
  access(facts: ToolFacts, settings: Settings, cluster: AccessedCluster): NodeAccess;
}
