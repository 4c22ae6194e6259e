// Names of checks: those that a lab file says, and how namesakes are told apart.
import type { LabExperiment } from '../lab/lab.ts';
import { shellQuote } from '../util/shell-quote.ts';

export interface WrittenChecks {
  readonly names: readonly string[];
  /** There are no others: the experiment makes none up when it runs. */
  readonly complete: boolean;
}

/** The checks of an experiment, as far as its lab file names them. */
export function writtenChecks(experiment: LabExperiment): WrittenChecks {
  if (experiment.kind === 'exec') {
    const { steps } = experiment;
    return {
      names: apart(steps.map(({ name, command }) => name ?? shellQuote(command))),
      // A command without a name is called by its words, in which templates are filled.
      complete: steps.every(({ name, command }) => name !== undefined || !command.join(' ').includes('${')),
    };
  }
  const waits = experiment.kind === 'learning' && experiment.waitFor.length > 0;
  return {
    names: apart(experiment.checks.map(({ name }) => name)),
    complete: experiment.checks.length > 0 && !waits,
  };
}

/** The same names, the second of a name with ` (2)` behind it, and so on. */
export function apart(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
