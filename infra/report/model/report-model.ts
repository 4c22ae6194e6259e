// What a report shows, as data: pure, without markup, small enough to travel with the page.
import type { MeshObservation } from '../../experiments/mesh/observation.ts';
import type { FaultSeen, Verdict } from '../../experiments/result.ts';
import type { Evidence } from '../../journey/evidence.ts';
import type { Journey, JourneyHop } from '../../journey/journeys.ts';
import type { NoiseRow } from '../../journey/noise.ts';
import type { Topology } from '../topology/topology.ts';

export interface ReportModel {
  readonly lab: string;
  readonly title: string;
  readonly stack: string;
  readonly backend: string;
  readonly verdict: Verdict;
  /** ISO 8601. */
  readonly writtenAt: string;
  /** Absolute path of results.json: where what is cut here is whole. */
  readonly resultsFile: string;
  /** The lab as it stood then; absent when it could not be read. */
  readonly live?: LiveLab;
  /** Why the lab could not be read. */
  readonly notRead?: string;
  readonly experiments: readonly ExperimentReport[];
}

export interface LiveLab {
  readonly topology: Topology;
  /** By name: machines and pods. */
  readonly hosts: Readonly<Record<string, HostFacts>>;
  readonly calls: CallFacts;
}

/** A row of kernel state as the tools print it. */
export interface FactLine {
  readonly line: string;
  /** Interface that it belongs to. */
  readonly dev?: string;
  /** What it says, in words. */
  readonly note?: string;
}

export interface InterfaceFacts {
  readonly dev: string;
  readonly line: string;
  readonly kind: string;
  readonly creator: string;
  /** Bridge that it is a port of. */
  readonly master?: string;
  /** The other end of its cable. */
  readonly peer?: { readonly host: string; readonly dev: string };
  /** Such as `hairpin false`. */
  readonly details: readonly string[];
}

/** Tables without rows are left out. */
export interface HostFacts {
  readonly kind: 'node' | 'router' | 'outside' | 'pod';
  /** The node of a pod. */
  readonly node?: string;
  readonly interfaces: readonly InterfaceFacts[];
  readonly tables: Readonly<Record<string, readonly FactLine[]>>;
  /** Of a pod: what CNI said beside what the kernel has, and its processes. */
  readonly attachment?: readonly FactLine[];
}

/** CNI plugin calls; texts that many of them share are in `texts` once, and named by their place. */
export interface CallFacts {
  readonly texts: readonly string[];
  readonly calls: readonly CallFact[];
  /** Said where not all could be taken in. */
  readonly cut?: string;
}

export interface CallFact {
  readonly pod: string;
  readonly command: string;
  readonly plugin: string;
  readonly exitCode: number;
  readonly ms: number;
  /** Places in `texts`. `stdin` is the configuration without `prevResult`, which is the text `prevResult`. */
  readonly env: readonly (readonly [name: string, text: number])[];
  readonly stdin: number;
  readonly prevResult?: number;
  readonly stdout: number;
  readonly stderr?: number;
}

export interface ExperimentReport {
  readonly name: string;
  readonly kind: string;
  readonly title?: string;
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly faults: readonly FaultSeen[];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly artifacts: readonly string[];
  readonly checks: readonly CheckReport[];
  readonly journey?: JourneyReport;
  readonly mesh?: MeshReport;
  /** Rows that came, went and changed meanwhile, of an experiment that looked for that. */
  readonly changes?: readonly ChangeReport[];
  /** What was cut from it. */
  readonly notes: readonly string[];
}

export interface CheckReport {
  readonly name: string;
  readonly claim?: string;
  readonly verdict: Verdict;
  /** JSON as text, cut where it is long. */
  readonly expected: string;
  readonly observed: string;
  readonly differences: readonly string[];
}

/** A row of a kernel's table that is another than before. */
export interface ChangeReport {
  readonly host: string;
  readonly change: string;
  /** As the tools print it. */
  readonly text: string;
  /** The packet behind it, in words. */
  readonly cause?: string;
}

export type MeshReport = Pick<MeshObservation, 'asked' | 'answered' | 'byNode' | 'rtt'> & {
  /** `from → to`, the first of them. */
  readonly unanswered: readonly string[];
};

export interface JourneyReport {
  readonly from: string;
  readonly to: string;
  readonly transmitted: number;
  readonly received: number;
  readonly journeys: readonly (Omit<Journey, 'hops'> & { readonly hops: readonly HopReport[] })[];
  readonly evidence: Evidence;
  readonly noise: readonly NoiseRow[];
}

export type HopReport = JourneyHop & {
  /** A packet of the journey as it was captured here. */
  readonly captured?: CapturedPacket;
};

export interface CapturedPacket {
  /** Outermost first. */
  readonly layers: readonly {
    readonly name: string;
    readonly fields: readonly (readonly [string, string])[];
  }[];
  /** The first bytes, in hexadecimal. */
  readonly bytes: string;
  /** Of the whole packet on the wire. */
  readonly length: number;
}
