// Results of one lab on several backends → a table of assertions × backends, each difference explained or red. Pure.
import type { ExperimentResult, Verdict } from '../experiments/result.ts';
import { worst } from '../experiments/verdict.ts';
import type { LabExperiment } from '../lab/lab.ts';
import { suggest } from '../lab/suggest.ts';
import type { Explanation } from './explanation.ts';
import { checkOutcomes, experimentOutcome, type Found, type Outcome } from './outcomes.ts';

/** What a lab came to on one backend. */
export interface ParityRun {
  readonly backend: string;
  readonly experiments: readonly ExperimentResult[];
}

/** agrees: as it is to be · explained: otherwise, as parity.yaml says · red: otherwise, and nobody has said why */
export type CellState = 'agrees' | 'explained' | 'red';

export interface ParityCell extends Found {
  readonly state: CellState;
  /** The explanation, when it is one. */
  readonly why?: string;
  /** It is so because of the experiment's own row, which says more. */
  readonly follows?: true;
}

/** difference: backends part, without an explanation · failure: it passes on none · unknown: on none can it be known */
export type RowState = 'agrees' | 'explained' | 'difference' | 'failure' | 'unknown';

export interface ParityRow {
  readonly experiment: string;
  /** Left out: the experiment as a whole; there is such a row only where one is in doubt, or has come to no check. */
  readonly check?: string;
  readonly claim?: string;
  readonly state: RowState;
  /** One for every backend, by its name. */
  readonly cells: Readonly<Record<string, ParityCell>>;
}

/** An explanation that explains nothing. */
export interface StaleExplanation {
  readonly explanation: Explanation;
  /** What to do about it. */
  readonly problem: string;
}

export interface Parity {
  /** In the order of the columns. */
  readonly backends: readonly string[];
  readonly rows: readonly ParityRow[];
  readonly stale: readonly StaleExplanation[];
  /** fail: something is red. inconclusive: nothing is but what can be known on no backend. */
  readonly verdict: Verdict;
}

/** @param experiments of the lab, in its order */
export function compareParity(
  experiments: readonly Pick<LabExperiment, 'name' | 'onFailure'>[],
  runs: readonly ParityRun[],
  explanations: readonly Explanation[],
): Parity {
  const rows = experiments.flatMap((experiment) => experimentRows(experiment, runs, explanations));
  const stale = explanations.flatMap((explanation) => {
    const problem = staleness(explanation, rows, runs);
    return problem === undefined ? [] : [{ explanation, problem }];
  });
  const verdicts = rows.map(({ state }): Verdict => {
    if (state === 'unknown') return 'inconclusive';
    return state === 'difference' || state === 'failure' ? 'fail' : 'pass';
  });
  const verdict = worst([...verdicts, ...(stale.length > 0 ? ['fail' as const] : [])]);
  return { backends: runs.map(({ backend }) => backend), rows, stale, verdict };
}

function experimentRows(
  { name, onFailure }: Pick<LabExperiment, 'name' | 'onFailure'>,
  runs: readonly ParityRun[],
  explanations: readonly Explanation[],
): readonly ParityRow[] {
  const results = runs.map(({ experiments }) => experiments.find((one) => one.name === name));
  const judged = (check: string | undefined, found: readonly Found[]) => {
    const alike = new Set(found.map(({ outcome }) => outcome)).size === 1;
    return found.map((one, index) => {
      const backend = runs[index]?.backend;
      const told = explanations.find(
        (other) => other.experiment === name && other.check === check && other.backend === backend,
      );
      return cellOf(one, told, alike && onFailure === 'record');
    });
  };
  const own = judged(undefined, results.map(experimentOutcome));
  const checks = results.map(checkOutcomes);
  const names = [...new Set(checks.flatMap((of) => of.map((check) => check.name)))];
  const rows = names.map((check) => {
    const found = checks.map((of) => of.find((one) => one.name === check) ?? NOT_MADE);
    const cells = judged(check, found).map((cell, index) => following(cell, own[index]));
    const claim = checks.flat().find((one) => one.name === check)?.claim;
    return row({ experiment: name, check, ...(claim !== undefined && { claim }) }, runs, cells);
  });
  const whole = own.some(({ outcome }) => outcome !== 'pass') ? [row({ experiment: name }, runs, own)] : [];
  return [...whole, ...rows];
}

const NOT_MADE: Found = { outcome: 'missing', details: ['the experiment did not come to this check'] };

/** @param recorded it came to the same everywhere, and the lab only records it */
function cellOf(found: Found, told: Explanation | undefined, recorded: boolean): ParityCell {
  if (found.outcome === 'pass') return { ...found, state: 'agrees' };
  if (told?.expect === found.outcome) return { ...found, state: 'explained', why: told.why };
  if (recorded) return { ...found, state: 'agrees' };
  const wrong = told && `explained is that it is ${told.expect}, and it is ${found.outcome}`;
  return { ...found, state: 'red', details: wrong ? [wrong, ...found.details] : found.details };
}

/** A check that is missing because its experiment did not run is explained, or not, by what is said of the experiment. */
function following(cell: ParityCell, own: ParityCell | undefined): ParityCell {
  const free = cell.outcome === 'missing' && cell.state === 'red';
  if (!free || !own || own.outcome === 'pass') return cell;
  return { ...cell, state: own.state, ...(own.why !== undefined && { why: own.why }), follows: true };
}

function row(
  head: Pick<ParityRow, 'experiment' | 'check' | 'claim'>,
  runs: readonly ParityRun[],
  cells: readonly ParityCell[],
): ParityRow {
  return {
    ...head,
    state: rowState(cells),
    cells: Object.fromEntries(runs.map(({ backend }, index) => [backend, cells[index] as ParityCell])),
  };
}

function rowState(cells: readonly ParityCell[]): RowState {
  const states = new Set(cells.map(({ state }) => state));
  if (!states.has('red')) return states.has('explained') ? 'explained' : 'agrees';
  const outcomes = new Set<Outcome>(cells.map(({ outcome }) => outcome));
  if (outcomes.size > 1) return 'difference';
  return outcomes.has('fail') ? 'failure' : 'unknown';
}

/** Why an explanation is of no use; undefined when it is, or when nobody can tell because its backend did not run. */
function staleness(
  { experiment, check, backend }: Explanation,
  rows: readonly ParityRow[],
  runs: readonly ParityRun[],
): string | undefined {
  const run = runs.find((one) => one.backend === backend);
  if (!run) return undefined;
  const ofExperiment = rows.filter((one) => one.experiment === experiment);
  const found = ofExperiment.find((one) => one.check === check)?.cells[backend];
  if (found) return found.outcome === 'pass' ? 'the check passes: take the explanation out' : undefined;
  if (check === undefined) return 'the experiment runs without a doubt: take the explanation out';
  // Where no backend came to any check, there is nothing to find.
  const names = ofExperiment.flatMap((one) => one.check ?? []);
  return names.length === 0
    ? undefined
    : `there is no check of that name: ${suggest(check, names, 'checks')}`;
}
