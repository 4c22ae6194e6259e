// What this backend keeps on the machine's disk about a sandbox: its spec, its pods, the CNI calls made. Nothing inside
// the sandbox can reach it.
import type { CniCall } from '../../cni/call.ts';
import type { LabNetwork, LabNode } from '../../lab/lab.ts';
import type { ClusterHandle, ClusterSpec } from '../backend.ts';
import { ClusterDirectory } from '../cluster-directory.ts';
import type { PodRecord } from './pod-record.ts';

export interface AppliedNetwork {
  readonly nodes: readonly LabNode[];
  readonly network: LabNetwork;
}

/** The files of one sandbox. */
export class LabFiles {
  readonly #files: ClusterDirectory;

  constructor(handle: ClusterHandle) {
    this.#files = new ClusterDirectory('sandboxes', handle.id);
  }

  spec(): ClusterSpec | undefined {
    return this.#files.read('cluster.json') as ClusterSpec | undefined;
  }

  writeSpec(spec: ClusterSpec): void {
    this.#files.write('cluster.json', spec);
  }

  /** The network as last applied. */
  network(): AppliedNetwork | undefined {
    return this.#files.read('network.json') as AppliedNetwork | undefined;
  }

  writeNetwork(network: AppliedNetwork | undefined): void {
    this.#files.write('network.json', network);
  }

  /** Names of the workloads that have records. */
  workloads(): readonly string[] {
    return this.#files
      .names()
      .map((name) => /^workload-(.*)\.json$/.exec(name)?.[1])
      .filter((name) => name !== undefined);
  }

  pods(workload: string): readonly PodRecord[] {
    return (this.#files.read(`workload-${workload}.json`) as readonly PodRecord[] | undefined) ?? [];
  }

  writePods(workload: string, pods: readonly PodRecord[]): void {
    this.#files.write(`workload-${workload}.json`, pods.length === 0 ? undefined : pods);
  }

  appendCalls(calls: readonly CniCall[]): void {
    if (calls.length === 0) return;
    const lines = calls.map((call) =>
      JSON.stringify({ ...call, startedNs: String(call.startedNs), durationNs: String(call.durationNs) }),
    );
    this.#files.append('cni-calls.jsonl', `${lines.join('\n')}\n`);
  }

  calls(): readonly CniCall[] {
    const text = this.#files.readText('cni-calls.jsonl') ?? '';
    // A crash may have left half a line at the end.
    return text
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line))
      .map((call) => ({ ...call, startedNs: BigInt(call.startedNs), durationNs: BigInt(call.durationNs) }));
  }

  remove(): void {
    this.#files.removeAll();
  }
}
