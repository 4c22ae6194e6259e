// What every check of a run came to, from the results of `up` and of `verify`. Pure.
import type { ExperimentResult, Verdict } from '../../infra/experiments/result.ts';
import { worst } from '../../infra/experiments/verdict.ts';
import type { LabExperiment } from '../../infra/lab/lab.ts';
import { apart } from '../../infra/parity/check-names.ts';
import {
  compareParity,
  type ParityCell,
  type ParityRow,
  type StaleExplanation,
} from '../../infra/parity/compare-parity.ts';
import type { Explanation } from '../../infra/parity/explanation.ts';
import { convergence } from './convergence.ts';
import { type NightCheck, ROUNDS, type Round, type RoundCheck, type RoundResults } from './night.ts';

/**
 * One for each experiment as a whole, followed by its checks. A round is judged as a column of `parity` is: what the lab's
 * parity.yaml explains for the backend is as it is to be, and an explanation that explains nothing is a failure.
 */
export function checksOf(
  experiments: readonly LabExperiment[],
  backend: string,
  results: RoundResults,
  explanations: readonly Explanation[],
): readonly NightCheck[] {
  const rounds = ROUNDS.filter((round) => results[round] !== undefined);
  const runs = rounds.map((round) => ({ backend: round, experiments: results[round] ?? [] }));
  const told = explanations
    .filter((one) => one.backend === backend)
    .flatMap((one) => rounds.map((round) => ({ ...one, backend: round })));
  const { rows, stale } = compareParity(experiments, runs, told);
  if (rounds.length === 0) return [];
  return experiments.flatMap((experiment) => {
    const own = rows.filter((row) => row.experiment === experiment.name);
    const whole = own.find(({ check }) => check === undefined) ?? undoubted(experiment.name, rounds);
    const checks = [whole, ...own.filter(({ check }) => check !== undefined)].map((row) =>
      checkOf(row, experiment, results),
    );
    const needless = stale.filter(({ explanation }) => explanation.experiment === experiment.name);
    const byCheck = [...Map.groupBy(needless, ({ explanation }) => explanation.check)];
    return [...checks, ...byCheck.map(([check, found]) => staleCheck(experiment, check, found, results))];
  });
}

/** `compareParity` has no row for an experiment that ran without a doubt. */
function undoubted(experiment: string, rounds: readonly Round[]): ParityRow {
  const cells = rounds.map((round) => [round, { outcome: 'pass', details: [], state: 'agrees' }] as const);
  return { experiment, state: 'agrees', cells: Object.fromEntries(cells) };
}

function checkOf(row: ParityRow, experiment: LabExperiment, results: RoundResults): NightCheck {
  const recorded = experiment.onFailure === 'record';
  const rounds: Partial<Record<Round, RoundCheck>> = {};
  const excuses = new Set<string>();
  for (const [name, cell] of Object.entries(row.cells)) {
    const round = name as Round;
    const found = resultOf(results, round, row);
    const excuse = recorded ? recordedExcuse(cell) : cell.state === 'explained' ? cell.why : undefined;
    if (excuse !== undefined) excuses.add(excuse);
    rounds[round] = {
      verdict: excuse === undefined ? judged(cell) : 'pass',
      details: cell.details,
      ...(found && { expected: found.expected, observed: found.observed }),
    };
  }
  return {
    ...common(experiment, results),
    ...(row.check !== undefined && { check: row.check }),
    verdict: worst(Object.values(rounds).map(({ verdict }) => verdict)),
    rounds,
    ...(excuses.size > 0 && { excused: [...excuses].join('; ') }),
  };
}

function recordedExcuse({ outcome }: ParityCell): string | undefined {
  return outcome === 'pass' ? undefined : `the lab only records it (onFailure: record): ${outcome}`;
}

/** Missing: its experiment did not come to it, so nobody knows. */
function judged({ outcome, state }: ParityCell): Verdict {
  if (state !== 'red') return 'pass';
  return outcome === 'fail' || outcome === 'pass' ? 'fail' : 'inconclusive';
}

function staleCheck(
  experiment: LabExperiment,
  check: string | undefined,
  stale: readonly StaleExplanation[],
  results: RoundResults,
): NightCheck {
  const rounds = ROUNDS.flatMap((round) => {
    const found = stale.find(({ explanation }) => explanation.backend === round);
    return found ? [[round, { verdict: 'fail', details: [found.problem] }] as const] : [];
  });
  return {
    ...common(experiment, results),
    check: `parity.yaml${check === undefined ? '' : `: ${check}`}`,
    verdict: 'fail',
    rounds: Object.fromEntries(rounds),
  };
}

function common(experiment: LabExperiment, results: RoundResults) {
  const own = ROUNDS.flatMap((round) => results[round]?.find(({ name }) => name === experiment.name) ?? []);
  return {
    experiment: experiment.name,
    durationMs: Math.max(0, ...own.map(({ durationMs }) => durationMs)),
    ...convergence(experiment, own),
  };
}

function resultOf(results: RoundResults, round: Round, { experiment, check }: ParityRow) {
  const result: ExperimentResult | undefined = results[round]?.find(({ name }) => name === experiment);
  if (!result || check === undefined) return undefined;
  return result.checks[apart(result.checks.map(({ name }) => name)).indexOf(check)];
}
