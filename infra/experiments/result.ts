// What an experiment leaves: verdict, checks with expected and observed, and everything that was observed.
import type { Matcher } from '../lab/schema.ts';

/** pass · fail (the kernel did something else) · inconclusive (we cannot know: a tap died or dropped, a tool is missing). */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface CheckResult {
  readonly name: string;
  readonly claim?: string;
  readonly verdict: Verdict;
  /** As in the lab file, templates filled in. */
  readonly expected: Matcher;
  /** The part of the observation the check looked at. */
  readonly observed: Json;
  /** Where they part, one line per difference; empty on pass. */
  readonly differences: readonly string[];
}

/** A fault that was in the lab, and where. */
export interface FaultSeen {
  readonly name: string;
  /** Node or pod. */
  readonly host: string;
  /** The row of kernel state, as the tools print it. */
  readonly row: string;
}

export interface ExperimentResult {
  readonly name: string;
  readonly kind: 'inspect' | 'ping' | 'mesh' | 'capture' | 'journey' | 'learning' | 'diagnose' | 'exec';
  readonly title?: string;
  readonly verdict: Verdict;
  /** Why it is inconclusive, or what stopped it. */
  readonly reason?: string;
  /** What was broken on purpose while it ran; absent where nothing was. */
  readonly faults?: readonly FaultSeen[];
  readonly checks: readonly CheckResult[];
  readonly observed: Json;
  /** `observed` with random names, MACs, ifindexes, PIDs and times replaced by stable symbols. */
  readonly canonical: Json;
  readonly startedAt: string;
  /** Wall time, ms. */
  readonly durationMs: number;
  /** Of that, ms spent waiting for traffic at its interval. */
  readonly trafficMs: number;
  /** Files kept (pcapng), relative to the stack's results directory. */
  readonly artifacts: readonly string[];
}

/** results.json: one file for a stack. */
export interface LabResults {
  readonly lab: string;
  readonly stack: string;
  readonly backend: string;
  readonly verdict: Verdict;
  readonly experiments: readonly ExperimentResult[];
}
