// What an operator is given, and the small readings that operators share.
import type { Matcher } from '../../lab/schema.ts';
import type { Json } from '../result.ts';
import { type Difference, difference, MatcherError, show } from './difference.ts';

/** Compares one value; undefined means that there is none. */
export type Compare = (expected: Matcher, observed: Json | undefined, path: string) => Difference[];

export type Mapping<T> = { readonly [key: string]: T };

export interface Application {
  readonly compare: Compare;
  /** The operator's own `$name`. */
  readonly name: string;
  readonly operand: Matcher;
  /** The mapping that the operator stands in. */
  readonly siblings: Mapping<Matcher>;
  readonly observed: Json | undefined;
  readonly path: string;
}

export type Operator = (application: Application) => Difference[];

/** "expected <wanted>, observed <what is there>". */
export function miss({ name, operand, observed, path }: Application, wanted: string): Difference {
  return difference(path, { [name]: operand }, observed, `expected ${wanted}, observed ${show(observed)}`);
}

/** An operator for lists. */
export function onList(apply: (list: readonly Json[], application: Application) => Difference[]): Operator {
  return (application) =>
    isList(application.observed)
      ? apply(application.observed, application)
      : [miss(application, `a list for ${application.name}`)];
}

export function listOperand({ name, operand }: Application): readonly Matcher[] {
  if (!isList(operand)) throw new MatcherError(`${name} takes a list, not ${show(operand)}`);
  return operand;
}

export function textOperand({ name, operand }: Application): string {
  if (typeof operand !== 'string') throw new MatcherError(`${name} takes text, not ${show(operand)}`);
  return operand;
}

export function numberOperand({ name, operand }: Application): number {
  if (typeof operand !== 'number') throw new MatcherError(`${name} takes a number, not ${show(operand)}`);
  return operand;
}

/** Whether a matcher or an observation is a list. */
export function isList<T extends Matcher | Json | undefined>(
  value: T,
): value is Extract<T, readonly unknown[]> {
  return Array.isArray(value);
}

/** Whether a matcher or an observation is a mapping. */
export function isMapping<T extends Matcher | Json | undefined>(
  value: T,
): value is Extract<T, { readonly [key: string]: unknown }> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
