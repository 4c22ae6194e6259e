// The operators a check may use, and what can be wrong with a matcher before anything has been observed.
import { z } from 'zod';
import type { Matcher } from './schema.ts';
import { nearest } from './suggest.ts';

/** Something wrong with a matcher in a lab file. */
export interface MatcherProblem {
  /** Keys and indexes from the matcher's root to what is wrong. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Longest pattern of `$matches`, characters. */
export const PATTERN_LIMIT = 500;

type Path = readonly (string | number)[];
type Mapping = { readonly [key: string]: Matcher };
type OperandCheck = (operand: Matcher, path: Path, siblings: Mapping) => MatcherProblem[];

const OPERATORS = {
  $contains: (operand, path) =>
    isList(operand) && operand.length === 0
      ? [problem(path, '$contains: [] holds for everything: name at least one element')]
      : isList(operand)
        ? operand.flatMap((element, index) => matcherProblems(element, [...path, index]))
        : matcherProblems(operand, path),
  $unordered: (operand, path) =>
    isList(operand)
      ? operand.flatMap((element, index) => matcherProblems(element, [...path, index]))
      : [problem(path, '$unordered takes a list: exactly these elements, in any order')],
  $count: (operand, path) => {
    if (typeof operand === 'number') {
      return Number.isInteger(operand) && operand >= 0
        ? []
        : [problem(path, '$count takes a whole number from 0')];
    }
    if (!isMapping(operand))
      return [problem(path, '$count takes a number, or a mapping such as {$atLeast: 1}')];
    if (Object.keys(operand).length === 1 && typeof operand.$atLeast === 'number' && operand.$atLeast <= 0) {
      return [problem(path, '$count: {$atLeast: 0} holds for every list')];
    }
    return matcherProblems(operand, path);
  },
  $every: (operand, path) => matcherProblems(operand, path),
  $none: (operand, path) => matcherProblems(operand, path),
  $any: (operand, path) => matcherProblems(operand, path),
  $not: (operand, path) => matcherProblems(operand, path),
  $matches: (operand, path) => patternProblems(operand, path),
  $oneOf: (operand, path) =>
    isList(operand) && operand.length > 0
      ? operand.flatMap((element, index) => matcherProblems(element, [...path, index]))
      : [problem(path, '$oneOf takes a list of at least one value')],
  $atLeast: number('$atLeast'),
  $atMost: number('$atMost'),
  $between: (operand, path) => {
    const [low, high] = isList(operand) && operand.length === 2 ? operand : [];
    if (typeof low !== 'number' || typeof high !== 'number') {
      return [problem(path, '$between takes two numbers: [lowest, highest]')];
    }
    return low <= high ? [] : [problem(path, `$between: [${low}, ${high}] holds for nothing: lowest first`)];
  },
  $absent: (operand, path) =>
    typeof operand === 'boolean'
      ? []
      : [problem(path, '$absent takes true (no such field) or false (any value)')],
  $inCidr: (operand, path) =>
    typeof operand === 'string' &&
    (isTemplate(operand) || z.union([z.cidrv4(), z.cidrv6()]).safeParse(operand).success)
      ? []
      : [problem(path, '$inCidr takes a CIDR such as 10.244.0.0/24')],
  $each: (operand, path, siblings) => [
    ...column('$each')(operand, path, siblings),
    ...('$is' in siblings
      ? []
      : [problem(path, "$each needs $is beside it: what the list of the column's values is")]),
  ],
  $is: (operand, path, siblings) => [
    ...matcherProblems(operand, path),
    ...('$each' in siblings ? [] : [problem(path, '$is needs $each beside it: the column to look at')]),
  ],
  $unique: column('$unique'),
  $same: column('$same'),
  $order: (operand, path) =>
    isList(operand) && operand.length >= 2 && operand.every((key) => typeof key === 'string')
      ? []
      : [problem(path, '$order takes a list of at least two names, earliest first')],
} satisfies Record<string, OperandCheck>;

export type OperatorName = keyof typeof OPERATORS;

/** Every operator, with its `$`. */
export const operatorNames = Object.keys(OPERATORS) as readonly OperatorName[];

/** Whether the key is one of the language's operators. */
export function isOperator(key: string): key is OperatorName {
  return Object.hasOwn(OPERATORS, key);
}

/** Says that there is no such operator, and which one may have been meant. */
export function unknownOperator(key: string): string {
  const near = nearest(key, operatorNames);
  return near === undefined
    ? `no operator ${key}; there are ${operatorNames.join(', ')}`
    : `no operator ${key}; did you mean ${near}?`;
}

/** Everything wrong with a matcher: unknown operators, bad operands, and assertions that cannot fail. Templates may still be in it. */
export function matcherProblems(matcher: Matcher, path: Path = []): MatcherProblem[] {
  if (isList(matcher)) return matcher.flatMap((element, index) => matcherProblems(element, [...path, index]));
  if (!isMapping(matcher)) return [];
  const entries = Object.entries(matcher);
  if (entries.length === 0) {
    return [problem(path, 'an empty mapping holds for everything: say what to expect')];
  }
  return entries.flatMap(([key, operand]) => {
    const at = [...path, key];
    if (!key.startsWith('$')) return matcherProblems(operand, at);
    if (!isOperator(key)) return [problem(at, unknownOperator(key))];
    const check: OperandCheck = OPERATORS[key];
    return check(operand, at, matcher);
  });
}

function patternProblems(operand: Matcher, path: Path): MatcherProblem[] {
  if (typeof operand !== 'string' || operand === '') {
    return [problem(path, '$matches takes a regular expression as text')];
  }
  if (operand.length > PATTERN_LIMIT) {
    return [
      problem(path, `the pattern has ${operand.length} characters; at most ${PATTERN_LIMIT} are allowed`),
    ];
  }
  try {
    if (!isTemplate(operand)) new RegExp(operand, 'u');
    return [];
  } catch (error) {
    return [problem(path, `not a regular expression: ${(error as Error).message}`)];
  }
}

function number(name: string): OperandCheck {
  return (operand, path) => (typeof operand === 'number' ? [] : [problem(path, `${name} takes a number`)]);
}

function column(name: string): OperandCheck {
  return (operand, path) =>
    typeof operand === 'string' && operand !== ''
      ? []
      : [problem(path, `${name} takes the name of a column`)];
}

function isTemplate(text: string): boolean {
  return text.includes('${');
}

function isList(value: Matcher): value is readonly Matcher[] {
  return Array.isArray(value);
}

function isMapping(value: Matcher): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problem(path: Path, message: string): MatcherProblem {
  return { path, message };
}
