// A check that passes because there is nothing to see shows something only where something could have been seen.
import type { Matcher } from '../lab/schema.ts';
import { fillTemplates, type TemplateLookup } from '../lab/template.ts';
import { type Check, rowsMatching } from './evaluate-check.ts';
import type { TapRow } from './keep-capture.ts';
import type { CheckResult } from './result.ts';

/** Whether it passes on a list that is empty. */
export function restsOnNothing({ verdict, observed }: CheckResult): boolean {
  return verdict === 'pass' && Array.isArray(observed) && observed.length === 0;
}

/** A passing check of `packets` that rests on having found none needs every tap it speaks of to have captured one. */
export function silentTaps(
  check: Check,
  result: CheckResult,
  taps: readonly TapRow[],
  lookup: TemplateLookup,
): readonly string[] {
  if (check.select !== 'packets' || !restsOnNothing(result)) return [];
  const tap = check.where?.tap as Matcher | undefined;
  const spokenOf = taps.filter(
    ({ name }) =>
      tap === undefined || rowsMatching({ tap: fillTemplates(tap, lookup) }, [{ tap: name }]).length > 0,
  );
  const silent = spokenOf.filter(({ packets }) => packets === 0);
  return silent.map(
    ({ name }) => `tap ${name} saw no packet at all, so that it did not see these shows nothing`,
  );
}

/** The check as it stands when there are reasons why it shows nothing. */
export function founded(check: CheckResult, reasons: readonly string[]): CheckResult {
  if (reasons.length === 0) return check;
  return { ...check, verdict: 'inconclusive', differences: [...check.differences, ...reasons] };
}
