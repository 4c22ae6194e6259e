// Compares an observation with what a lab file expects of it, and says where they part.
import { isOperator, type OperatorName, unknownOperator } from '../lab/matchers.ts';
import type { Matcher } from '../lab/schema.ts';
import { matchList } from './matching/compare-lists.ts';
import { child, type Difference, difference, MatcherError, show, unequal } from './matching/difference.ts';
import * as list from './matching/list-operators.ts';
import { type Compare, isList, isMapping, type Mapping, type Operator } from './matching/operator.ts';
import * as value from './matching/value-operators.ts';
import type { Json } from './result.ts';

export { type Difference, MatcherError } from './matching/difference.ts';

const OPERATORS: Readonly<Record<OperatorName, Operator>> = {
  $contains: list.contains,
  $unordered: list.unordered,
  $count: list.count,
  $every: list.every,
  $none: list.none,
  $any: list.any,
  $each: list.each,
  $is: list.is,
  $unique: list.unique,
  $same: list.same,
  $not: value.not,
  $matches: value.matches,
  $oneOf: value.oneOf,
  $atLeast: value.atLeast,
  $atMost: value.atMost,
  $between: value.between,
  $absent: value.absent,
  $inCidr: value.inCidr,
  $order: value.order,
};

/** Operators that can hold where there is nothing; for the others nothing is no evidence. */
const SPEAK_OF_NOTHING: readonly OperatorName[] = ['$absent', '$not', '$oneOf'];

/**
 * Where `observed` is not as `expected` says (docs/assertions.md has the language); empty when it is.
 * `path` is what the root is called in messages.
 * @throws MatcherError for a matcher that is wrong in itself, such as an unknown operator.
 */
export function match(expected: Matcher, observed: Json | undefined, path = ''): Difference[] {
  return compare(expected, observed, path);
}

const compare: Compare = (expected, observed, path) => {
  if (isList(expected)) {
    if (isList(observed)) return matchList(compare, expected, observed, path);
    return [
      difference(path, expected, observed, `expected the list ${show(expected)}, observed ${show(observed)}`),
    ];
  }
  if (!isMapping(expected)) return expected === observed ? [] : [unequal(path, expected, observed)];
  const keys = Object.keys(expected);
  if (keys.length === 0) throw new MatcherError('an empty mapping holds for everything: say what to expect');
  const fields = keys.filter((key) => !key.startsWith('$'));
  const operators = keys.filter((key) => key.startsWith('$'));
  return [
    ...(fields.length > 0 ? compareFields(fields, expected, observed, path) : []),
    ...operators.flatMap((name) => {
      if (!isOperator(name)) throw new MatcherError(unknownOperator(name));
      const operand = expected[name] as Matcher;
      if (observed === undefined && !SPEAK_OF_NOTHING.includes(name)) {
        return [difference(path, expected, undefined, `expected ${show(expected)}, observed nothing`)];
      }
      return OPERATORS[name]({ compare, name, operand, siblings: expected, observed, path });
    }),
  ];
};

function compareFields(
  fields: readonly string[],
  expected: Mapping<Matcher>,
  observed: Json | undefined,
  path: string,
): Difference[] {
  if (!isMapping(observed)) return [unequal(path, expected, observed)];
  return fields.flatMap((field) => {
    const found = Object.hasOwn(observed, field) ? (observed[field] as Json) : undefined;
    return compare(expected[field] as Matcher, found, child(path, field));
  });
}
