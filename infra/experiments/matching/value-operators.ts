// Operators over single values: text, numbers, addresses, absence, and the order of times.
import ipaddr from 'ipaddr.js';
import type { Json } from '../result.ts';
import { child, difference, MatcherError, show } from './difference.ts';
import { isMapping, listOperand, miss, numberOperand, type Operator, textOperand } from './operator.ts';
import { testPattern } from './test-pattern.ts';

export const matches: Operator = (application) => {
  const pattern = textOperand(application);
  const { observed } = application;
  return typeof observed === 'string' && testPattern(pattern, observed)
    ? []
    : [miss(application, `text that matches /${pattern}/`)];
};

/** A missing field is no evidence of a different value: `$not` holds for nothing only around `$absent`. */
export const not: Operator = (application) => {
  const { compare, operand, observed, path } = application;
  const speaksOfAbsence = isMapping(operand) && '$absent' in operand;
  const holds = (observed !== undefined || speaksOfAbsence) && compare(operand, observed, path).length > 0;
  return holds
    ? []
    : [miss(application, speaksOfAbsence ? 'a value' : `a value other than ${show(operand)}`)];
};

export const oneOf: Operator = (application) => {
  const { compare, observed, path } = application;
  const choices = listOperand(application);
  return choices.some((choice) => compare(choice, observed, path).length === 0)
    ? []
    : [miss(application, `one of ${show(choices)}`)];
};

export const atLeast: Operator = (application) => {
  const least = numberOperand(application);
  const { observed } = application;
  return typeof observed === 'number' && observed >= least ? [] : [miss(application, `at least ${least}`)];
};

export const atMost: Operator = (application) => {
  const most = numberOperand(application);
  const { observed } = application;
  return typeof observed === 'number' && observed <= most ? [] : [miss(application, `at most ${most}`)];
};

export const between: Operator = (application) => {
  const [low, high] = listOperand(application);
  if (typeof low !== 'number' || typeof high !== 'number') {
    throw new MatcherError('$between takes two numbers: [lowest, highest]');
  }
  const { observed } = application;
  return typeof observed === 'number' && observed >= low && observed <= high
    ? []
    : [miss(application, `a number from ${low} to ${high}`)];
};

export const absent: Operator = (application) => {
  const wanted = application.operand === true;
  return (application.observed === undefined) === wanted
    ? []
    : [miss(application, wanted ? 'no such field' : 'a value')];
};

export const inCidr: Operator = (application) => {
  const range = textOperand(application);
  if (!ipaddr.isValidCIDR(range)) throw new MatcherError(`$inCidr takes a CIDR, not ${range}`);
  const { observed } = application;
  return typeof observed === 'string' && addressIn(observed, range)
    ? []
    : [miss(application, `an address in ${range}`)];
};

/** Over a mapping of names to instants: every name is there, and none comes before its predecessor. Equal stamps are in order. */
export const order: Operator = (application) => {
  const { observed, path } = application;
  const names = listOperand(application);
  if (!isMapping(observed)) return [miss(application, 'a mapping of names to times')];
  const times = names.map((name) => {
    if (typeof name !== 'string') throw new MatcherError(`$order takes names, not ${show(name)}`);
    return { name, value: observed[name], instant: instant(observed[name]) };
  });
  const gaps = times.filter((time) => time.instant === undefined);
  if (gaps.length > 0) {
    return gaps.map(({ name, value }) =>
      miss({ ...application, observed: value, path: child(path, name) }, 'a time to order by'),
    );
  }
  return times.flatMap((time, index) => {
    const before = times[index - 1];
    if (before?.instant === undefined || time.instant === undefined || before.instant <= time.instant)
      return [];
    const words = `expected ${before.name} before ${time.name}, observed ${before.name} at ${show(before.value)}, ${time.name} at ${show(time.value)}`;
    return [difference(path, { $order: application.operand }, observed, words)];
  });
};

/** Numbers, and whole numbers as text (nanoseconds since the epoch pass 2^53). JavaScript compares the two exactly. */
function instant(value: Json | undefined): number | bigint | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : undefined;
}

/** Whether an address, or a CIDR's base address, lies in the range. */
function addressIn(text: string, range: string): boolean {
  const address = text.split('/', 1)[0] ?? '';
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  const [base, prefix] = ipaddr.parseCIDR(range);
  return parsed.kind() === base.kind() && parsed.match(base, prefix);
}
