// One check: selects what it looks at, compares, and gives the verdict with both sides of it.
import type { Matcher } from '../lab/schema.ts';
import { fillTemplates, TemplateError, type TemplateLookup } from '../lab/template.ts';
import { type Difference, MatcherError, match } from './match.ts';
import { difference, rows, show } from './matching/difference.ts';
import { isList, isMapping } from './matching/operator.ts';
import { pathKeys, readPath } from './matching/read-path.ts';
import type { CheckResult, Json } from './result.ts';

/** A check as it stands in a lab file. */
export interface Check {
  readonly name: string;
  readonly claim?: string | undefined;
  readonly expect: Matcher;
  /** Dotted path into what was observed. @default all of it */
  readonly select?: string | undefined;
  /** Keep only the rows that match. */
  readonly where?: Readonly<Record<string, Matcher>> | undefined;
}

/**
 * A check that makes no sense (an unknown operator, a pod that is gone) is inconclusive and says why.
 * @param root what the whole observation is called in messages, such as the table's name
 */
export function evaluateCheck(
  check: Check,
  observed: Json,
  root: string,
  lookup: TemplateLookup,
): CheckResult {
  const { name, claim, select = '' } = check;
  const base = { name, ...(claim !== undefined && { claim }) };
  const selected = readPath(observed, select);
  try {
    const expected = fillTemplates(check.expect, lookup);
    const where = check.where && (fillTemplates(check.where, lookup) as Readonly<Record<string, Matcher>>);
    const looked = where && isList(selected) ? rowsMatching(where, selected) : selected;
    const differences =
      lost(select, expected, observed, selected) ??
      unselectable(select || root, where, selected) ??
      explainNone(select || root, match(expected, looked, select || root), where, selected, looked);
    return {
      ...base,
      verdict: differences.length === 0 ? 'pass' : 'fail',
      expected,
      observed: looked ?? null,
      differences: differences.map((part) => part.message),
    };
  } catch (error) {
    if (!(error instanceof MatcherError || error instanceof TemplateError)) throw error;
    const differences = [`this check cannot be made: ${error.message}`];
    return {
      ...base,
      verdict: 'inconclusive',
      expected: check.expect,
      observed: selected ?? null,
      differences,
    };
  }
}

/** Rows of a list that match; the paths of later messages count among these. */
export function rowsMatching(
  where: Readonly<Record<string, Matcher>>,
  list: readonly Json[],
): readonly Json[] {
  return list.filter((row) => match(where, row).length === 0);
}

function unselectable(
  path: string,
  where: Matcher | undefined,
  selected: Json | undefined,
): Difference[] | undefined {
  if (where === undefined || isList(selected)) return undefined;
  return [
    difference(path, where, selected, `expected rows for "where" to choose from, observed ${show(selected)}`),
  ];
}

/** Adds, to the differences of a check whose `where` chose nothing, that it chose nothing. */
function explainNone(
  path: string,
  differences: Difference[],
  where: Matcher | undefined,
  selected: Json | undefined,
  looked: Json | undefined,
): Difference[] {
  if (differences.length === 0 || where === undefined || !isList(selected) || !isList(looked))
    return differences;
  if (looked.length > 0) return differences;
  const words = `where ${show(where)} selects none of the ${rows(selected.length)} there are`;
  return [...differences, difference(path, where, selected, words)];
}

/** A path that leads nowhere is explained by what there is at its last good step. */
function lost(
  select: string,
  expected: Matcher,
  observed: Json,
  selected: Json | undefined,
): Difference[] | undefined {
  if (selected !== undefined || (isMapping(expected) && '$absent' in expected)) return undefined;
  const keys = pathKeys(select);
  const parents = keys.map((_, index) => readPath(observed, keys.slice(0, index).join('.')));
  const parent = parents.findLast((value) => value !== undefined);
  const there = isList(parent)
    ? rows(parent.length)
    : isMapping(parent)
      ? Object.keys(parent).join(', ') || 'nothing'
      : show(parent);
  return [
    difference(select, expected, undefined, `nothing of that name was observed; what there is: ${there}`),
  ];
}
