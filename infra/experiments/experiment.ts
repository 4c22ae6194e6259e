// What every kind of experiment is given and gives back.
import type { Cluster, Progress } from '../backends/backend.ts';
import type { FaultLedger } from '../faults/injected.ts';
import type { Lab, LabExperiment } from '../lab/lab.ts';
import type { TemplateLookup } from '../lab/template.ts';
import type { LabSnapshot } from '../observe/snapshot.ts';
import type { CheckResult, FaultSeen, Json } from './result.ts';

export interface RunContext {
  readonly lab: Lab;
  readonly cluster: Cluster;
  /** Of this stack; captures are kept below it. */
  readonly resultsDir: string;
  /** When it aborts, `runExperiment` throws its reason after cleaning up. */
  readonly signal: AbortSignal;
  readonly progress?: Progress;
  /** A picture of the lab to share between inspect experiments. @default each takes its own */
  readonly snapshot?: LabSnapshot;
  /** Which faults are in the lab. @default none are known of */
  readonly faults?: FaultLedger;
}

/** A context with the live lab's facts at hand. */
export interface Running extends RunContext {
  /** Answers `${pod.address}`. */
  readonly lookup: TemplateLookup;
}

/** What running an experiment came to. */
export interface Observation {
  readonly observed: Json;
  /** When the kind knows better than the common way how its observation is made canonical. */
  readonly canonical?: Json;
  /**
   * `observed` without what depends on the run and not on the kernel's doing, such as PIDs in a command or the order in
   * which equal stamps of different taps are listed. @default observed
   */
  readonly comparable?: Json;
  readonly checks: readonly CheckResult[];
  /** Why nothing certain can be said, such as a tap that lost packets. */
  readonly doubt?: string;
  /** ms spent waiting for traffic at its interval. @default 0 */
  readonly trafficMs?: number;
  /** What was in the lab meanwhile. @default none */
  readonly faults?: readonly FaultSeen[];
  /** Files kept, relative to the results directory. @default none */
  readonly artifacts?: readonly string[];
}

export type Kind = LabExperiment['kind'];
export type ExperimentOf<K extends Kind> = Extract<LabExperiment, { readonly kind: K }>;

/** Runs one kind. What it throws, other than an abort, makes the experiment inconclusive. */
export type Runner<K extends Kind> = (running: Running, experiment: ExperimentOf<K>) => Promise<Observation>;

/** An experiment could not be run as the lab says; the message is for the student. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
}
