// What a node's container runtime knows of a process.

export interface ContainerFact {
  /** Full id, 64 hexadecimal digits; of a sandbox it is the CNI_CONTAINERID. */
  readonly id: string;
  /** Of its first process, in the node's PID namespace. */
  readonly pid: number;
  /** `metadata.uid` of the pod. Of a static pod it is the kubelet's: annotation `kubernetes.io/config.hash` in the API. */
  readonly podUid: string;
}

/** A sandbox may have no process: CRI-O keeps none where nothing needs it (`drop_infra_ctr`). */
export type SandboxFact = Omit<ContainerFact, 'pid'> & Partial<Pick<ContainerFact, 'pid'>>;

export interface ContainerFacts {
  /** Where it was learnt, for messages. */
  readonly source: 'crictl' | 'ctr' | 'docker' | 'cgroups';
  readonly sandboxes: readonly SandboxFact[];
  /** Those that run. One that was started anew has another id and another pid. */
  readonly containers: readonly ContainerFact[];
}
