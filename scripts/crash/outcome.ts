// What came of one case; a line of the log.
import type { Case } from './cases.ts';

export interface Outcome extends Case {
  /** Its name, by which it can be had again. */
  readonly name: string;
  /** survived: the recovery did what it says, and nothing was left · failed · missed: nobody was killed */
  readonly came: 'survived' | 'failed' | 'missed';
  readonly killed?: string;
  /** What was not as it must be. */
  readonly wrong: readonly string[];
  /** Exit codes of the command that was struck and of the recovery. */
  readonly exitCodes: readonly number[];
  /** From the start of the struck command to the end of the checks, s. */
  readonly seconds: number;
  /** ISO 8601. */
  readonly at: string;
}

export function formatOutcome(outcome: Outcome): string {
  return JSON.stringify(outcome);
}

/** Lines that are none are left out: the last may be cut off. */
export function parseOutcomes(text: string): readonly Outcome[] {
  return text.split('\n').flatMap((line) => {
    try {
      const outcome = JSON.parse(line) as Outcome;
      return typeof outcome.name === 'string' && typeof outcome.came === 'string' ? [outcome] : [];
    } catch {
      return [];
    }
  });
}
