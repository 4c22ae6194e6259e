// What one backend's results say of an experiment and of its checks.
import type { ExperimentResult, Verdict } from '../experiments/result.ts';
import { worst } from '../experiments/verdict.ts';
import { apart } from './check-names.ts';

/** missing: it is not in the results. */
export type Outcome = Verdict | 'missing';

/** What something came to, and why, when that is not a pass. */
export interface Found {
  readonly outcome: Outcome;
  /** One line each. */
  readonly details: readonly string[];
}

export interface CheckFound extends Found {
  readonly name: string;
  readonly claim?: string;
}

/** The experiment apart from its checks: not a pass when it is in doubt, or did not come to any check. */
export function experimentOutcome(result: ExperimentResult | undefined): Found {
  if (!result) return { outcome: 'missing', details: ['there is no result of it'] };
  const { verdict, checks, reason } = result;
  const ofChecks = worst(checks.map((check) => check.verdict));
  if (verdict === 'pass' || (verdict === ofChecks && reason === undefined))
    return { outcome: 'pass', details: [] };
  if (reason === undefined) return { outcome: verdict, details: [] };
  // A doubt is never worse than that, whatever a check beside it came to.
  return { outcome: 'inconclusive', details: [reason] };
}

/** Its checks in the order in which they were made, namesakes told apart. */
export function checkOutcomes(result: ExperimentResult | undefined): readonly CheckFound[] {
  if (!result) return [];
  const names = apart(result.checks.map(({ name }) => name));
  return result.checks.map(({ claim, verdict, differences }, index) => ({
    name: names[index] ?? '',
    ...(claim !== undefined && { claim }),
    outcome: verdict,
    details: differences,
  }));
}
