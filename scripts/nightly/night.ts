// What a night is: its runs, what each check came to in them, and what that means for the exit code.
import type { ExperimentResult, Json, Verdict } from '../../infra/experiments/result.ts';
import { worst } from '../../infra/experiments/verdict.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../cli/exit-codes.ts';
import type { LeftOut, PlannedRun } from './plan.ts';

/** A run asks every experiment twice: as `up` did, and as `verify` does afterwards, on the same lab. */
export const ROUNDS = ['up', 'verify'] as const;
export type Round = (typeof ROUNDS)[number];

/** What a check came to in one of the two. */
export interface RoundCheck {
  /** As judged: what parity.yaml explains, and what the lab only records, is a pass. */
  readonly verdict: Verdict;
  /** Why it is no pass, or what makes it one; one line each. */
  readonly details: readonly string[];
  /** Absent where the check was not made. */
  readonly expected?: Json;
  readonly observed?: Json;
}

export interface NightCheck {
  readonly experiment: string;
  /** Left out: the experiment as a whole. */
  readonly check?: string;
  /** The worse of the two rounds: nothing that failed is made good by asking again. */
  readonly verdict: Verdict;
  readonly rounds: Readonly<Partial<Record<Round, RoundCheck>>>;
  /** Why it counts as a pass though it is none, such as an explanation in parity.yaml. */
  readonly excused?: string;
  /** Of its experiment, the longer of the two, ms. */
  readonly durationMs: number;
  /** Of a mesh: how often the pair that took longest to answer was asked. */
  readonly attempts?: number;
  /** Of an experiment that waits for something: its time beyond that of its traffic, ms. */
  readonly waitMs?: number;
}

/** ran: both rounds are there · failed: it could not be stood up, asked or taken down · stopped: by a person */
export type RunState = 'ran' | 'failed' | 'stopped';

export interface NightRun extends PlannedRun {
  readonly state: RunState;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Of all of it: up, verify, down; ms. */
  readonly durationMs: number;
  /** Why it is not `ran`. */
  readonly reason?: string;
  /** The stack still stands, because it could not be taken down. */
  readonly left?: string;
  /** Empty where neither round came to an end. */
  readonly checks: readonly NightCheck[];
  /** Files kept, relative to the night's directory. */
  readonly artifacts: readonly string[];
  /** The rich report of the run, relative to the night's directory, where there is one. */
  readonly report?: string;
}

/** A backend that was asked for by name and cannot be used here; or, where none was named, any that cannot. */
export interface UnusableBackend {
  readonly name: string;
  readonly reason: string;
  readonly fix?: string;
  readonly asked: boolean;
}

export interface Night {
  /** ISO 8601, of its beginning: no two nights of a ledger have the same. */
  readonly night: string;
  readonly commit: string;
  /** The checkout has changes that are in no commit. */
  readonly dirty: boolean;
  readonly machine: string;
  /** All that were to be run. */
  readonly planned: number;
  readonly runs: readonly NightRun[];
  readonly leftOut: readonly LeftOut[];
  readonly unusable: readonly UnusableBackend[];
  readonly interrupted: boolean;
}

/** The results of the two rounds, as far as there are any. */
export type RoundResults = Readonly<Partial<Record<Round, readonly ExperimentResult[]>>>;

/** Undefined where nothing was asked. */
export function runVerdict({ checks }: Pick<NightRun, 'checks'>): Verdict | undefined {
  return checks.length === 0 ? undefined : worst(checks.map(({ verdict }) => verdict));
}

/** Of the checks by themselves, without their experiments as wholes. */
export function checkCounts({ checks }: Pick<NightRun, 'checks'>): {
  readonly passed: number;
  readonly made: number;
} {
  const made = checks.filter(({ check }) => check !== undefined);
  return { passed: made.filter(({ verdict }) => verdict === 'pass').length, made: made.length };
}

/** What went wrong beside the checks: the machine, a tool, an engine, a cluster. */
export function environmentFailed({ runs, unusable }: Pick<Night, 'runs' | 'unusable'>): boolean {
  return (
    runs.some(({ state, left }) => state === 'failed' || left !== undefined) ||
    unusable.some(({ asked }) => asked)
  );
}

/** A failed check is told above all: it is what the night is for. Where nothing was run, nothing is known. */
export function nightExitCode(night: Pick<Night, 'runs' | 'unusable' | 'interrupted'>): ExitCode {
  if (night.interrupted) return EXIT.interrupted;
  const verdict = worst(night.runs.flatMap((run) => runVerdict(run) ?? []));
  if (verdict === 'fail') return EXIT.fail;
  if (environmentFailed(night) || night.runs.length === 0) return EXIT.environment;
  return exitCodeOf(verdict);
}
