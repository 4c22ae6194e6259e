// What is wrong with an assertion is said when the lab is read, not when it has run.
import { describe, expect, it } from 'vitest';
import { matcherProblems, operatorNames } from '../../../infra/lab/matchers.ts';
import type { Matcher } from '../../../infra/lab/schema.ts';

describe('matcherProblems', () => {
  it.each<[Matcher, string, string]>([
    [{ routes: { $contian: 'a' } }, 'routes.$contian', 'no operator $contian; did you mean $contains?'],
    [{ a: [{ $every: {} }] }, 'a.0.$every', 'an empty mapping holds for everything: say what to expect'],
    [{}, '', 'an empty mapping holds for everything: say what to expect'],
    [{ $contains: [] }, '$contains', '$contains: [] holds for everything: name at least one element'],
    [{ $count: { $atLeast: 0 } }, '$count', '$count: {$atLeast: 0} holds for every list'],
    [{ $count: -1 }, '$count', '$count takes a whole number from 0'],
    [{ $unordered: 'a' }, '$unordered', '$unordered takes a list: exactly these elements, in any order'],
    [{ $oneOf: [] }, '$oneOf', '$oneOf takes a list of at least one value'],
    [{ $between: [3, 1] }, '$between', '$between: [3, 1] holds for nothing: lowest first'],
    [{ $absent: 'yes' }, '$absent', '$absent takes true (no such field) or false (any value)'],
    [{ $inCidr: '10.0.0.0/40' }, '$inCidr', '$inCidr takes a CIDR such as 10.244.0.0/24'],
    [{ $is: [1] }, '$is', '$is needs $each beside it: the column to look at'],
    [{ $each: 'a' }, '$each', "$each needs $is beside it: what the list of the column's values is"],
    [{ $order: ['a'] }, '$order', '$order takes a list of at least two names, earliest first'],
    [{ $matches: 'a'.repeat(501) }, '$matches', 'the pattern has 501 characters; at most 500 are allowed'],
    [{ $unique: 3 }, '$unique', '$unique takes the name of a column'],
    [{ $atLeast: '3' }, '$atLeast', '$atLeast takes a number'],
  ])('%j', (matcher, path, message) => {
    const [problem, ...others] = matcherProblems(matcher);
    expect(others).toEqual([]);
    expect(problem?.path.join('.')).toBe(path);
    expect(problem?.message).toBe(message);
  });

  it('names the flaw of a pattern', () => {
    expect(matcherProblems({ $matches: '(' })[0]?.message).toMatch(/^not a regular expression: .*/);
  });

  it('leaves templates to be filled later', () => {
    expect(matcherProblems({ $inCidr: '${pod.cidr}', $matches: '^${pod.address}$' })).toEqual([]);
  });

  it('finds nothing wrong with a good one', () => {
    const good = {
      $contains: [{ dst: 'default', via: { $inCidr: '10.0.0.0/8' } }],
      $count: { $between: [1, 3] },
    };
    expect(matcherProblems(good)).toEqual([]);
  });

  it('knows every operator that is documented', () => {
    expect([...operatorNames].sort()).toMatchInlineSnapshot(`
      [
        "$absent",
        "$any",
        "$atLeast",
        "$atMost",
        "$between",
        "$contains",
        "$count",
        "$each",
        "$every",
        "$inCidr",
        "$is",
        "$matches",
        "$none",
        "$not",
        "$oneOf",
        "$order",
        "$same",
        "$unique",
        "$unordered",
      ]
    `);
  });
});
