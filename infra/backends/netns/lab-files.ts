// What this backend keeps on the machine's disk about a sandbox: its spec, its pods, the CNI calls made. Nothing inside
// the sandbox can reach it.
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { CniCall } from '../../cni/call.ts';
import type { LabNetwork, LabNode } from '../../lab/lab.ts';
import { stateDir } from '../../util/dirs.ts';
import type { ClusterHandle, ClusterSpec } from '../backend.ts';
import type { PodRecord } from './pod-record.ts';

export interface AppliedNetwork {
  readonly nodes: readonly LabNode[];
  readonly network: LabNetwork;
}

/** The files of one sandbox. */
export class LabFiles {
  readonly #dir: string;

  constructor(handle: ClusterHandle) {
    this.#dir = path.join(stateDir(), 'sandboxes', handle.id);
  }

  spec(): ClusterSpec | undefined {
    return this.#read('cluster.json') as ClusterSpec | undefined;
  }

  writeSpec(spec: ClusterSpec): void {
    this.#write('cluster.json', spec);
  }

  /** The network as last applied. */
  network(): AppliedNetwork | undefined {
    return this.#read('network.json') as AppliedNetwork | undefined;
  }

  writeNetwork(network: AppliedNetwork | undefined): void {
    if (network === undefined) rmSync(this.#path('network.json'), { force: true });
    else this.#write('network.json', network);
  }

  /** Names of the workloads that have records. */
  workloads(): readonly string[] {
    return this.#names()
      .map((name) => /^workload-(.*)\.json$/.exec(name)?.[1])
      .filter((name) => name !== undefined);
  }

  pods(workload: string): readonly PodRecord[] {
    return (this.#read(`workload-${workload}.json`) as readonly PodRecord[] | undefined) ?? [];
  }

  writePods(workload: string, pods: readonly PodRecord[]): void {
    if (pods.length === 0) rmSync(this.#path(`workload-${workload}.json`), { force: true });
    else this.#write(`workload-${workload}.json`, pods);
  }

  appendCalls(calls: readonly CniCall[]): void {
    if (calls.length === 0) return;
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const lines = calls.map((call) =>
      JSON.stringify({ ...call, startedNs: String(call.startedNs), durationNs: String(call.durationNs) }),
    );
    appendFileSync(this.#path('cni-calls.jsonl'), `${lines.join('\n')}\n`, { mode: 0o600 });
  }

  calls(): readonly CniCall[] {
    const text = this.#readText('cni-calls.jsonl') ?? '';
    // A crash may have left half a line at the end.
    return text
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line))
      .map((call) => ({ ...call, startedNs: BigInt(call.startedNs), durationNs: BigInt(call.durationNs) }));
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#dir);
    } catch {
      return [];
    }
  }

  #read(name: string): unknown {
    const text = this.#readText(name);
    return text === undefined ? undefined : JSON.parse(text);
  }

  #readText(name: string): string | undefined {
    try {
      return readFileSync(this.#path(name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #write(name: string, value: unknown): void {
    const temporary = this.#path(`.${name}.${randomBytes(4).toString('hex')}`);
    try {
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
      renameSync(temporary, this.#path(name));
    } catch (cause) {
      rmSync(temporary, { force: true });
      throw new Error(`cannot write ${this.#path(name)}: ${(cause as Error).message}`, { cause });
    }
  }

  #path(name: string): string {
    return path.join(this.#dir, name);
  }
}
