// The record of one CNI plugin call: what went in, what came out, how long it took.

export type CniCommand = 'ADD' | 'DEL' | 'CHECK' | 'GC' | 'STATUS' | 'VERSION';

export interface CniCall {
  readonly command: CniCommand;
  readonly node: string;
  readonly network: string;
  /** Plugin type, such as ptp. */
  readonly plugin: string;
  /** Path of the binary on the node. */
  readonly path: string;
  /** Empty for GC, STATUS and VERSION. */
  readonly containerId: string;
  readonly ifName: string;
  readonly env: Readonly<Record<string, string>>;
  /** The JSON given on standard input. */
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly startedNs: bigint;
  readonly durationNs: bigint;
}
