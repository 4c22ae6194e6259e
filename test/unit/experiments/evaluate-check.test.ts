// A check: what it looks at, its verdict, and both sides of it.
import { describe, expect, it } from 'vitest';
import { type Check, evaluateCheck } from '../../../infra/experiments/evaluate-check.ts';

const observed = {
  received: 3,
  replies: [
    { seq: 1, ttl: 63, from: '10.244.1.2' },
    { seq: 2, ttl: 63, from: '10.244.1.2' },
  ],
};
const lookup = (name: string, field: string) =>
  name === 'pod-1' && field === 'address' ? '10.244.1.2' : undefined;

const evaluate = (check: Omit<Check, 'name'>) =>
  evaluateCheck({ name: 'it holds', ...check }, observed, 'ping', lookup);

describe('evaluateCheck', () => {
  it('passes with both sides filled in', () => {
    expect(evaluate({ claim: 'K11', select: 'replies[0].from', expect: '${pod-1.address}' })).toEqual({
      name: 'it holds',
      claim: 'K11',
      verdict: 'pass',
      expected: '10.244.1.2',
      observed: '10.244.1.2',
      differences: [],
    });
  });

  it('fails with the place and both values', () => {
    expect(evaluate({ select: 'replies', expect: { $every: { ttl: 64 } } })).toMatchObject({
      verdict: 'fail',
      differences: ['replies[0].ttl: expected 64, observed 63', 'replies[1].ttl: expected 64, observed 63'],
    });
  });

  it('looks only at the rows that where keeps', () => {
    const check = evaluate({ select: 'replies', where: { seq: 2 }, expect: [{ ttl: 63 }] });
    expect(check).toMatchObject({ verdict: 'pass', observed: [{ seq: 2, ttl: 63, from: '10.244.1.2' }] });
  });

  it('says that where kept nothing, so that $none has nothing to show', () => {
    expect(evaluate({ select: 'replies', where: { seq: 9 }, expect: { $none: { ttl: 64 } } })).toMatchObject({
      verdict: 'fail',
      differences: [
        'replies: no rows to look at, so $none shows nothing',
        'replies: where {seq: 9} selects none of the 2 rows there are',
      ],
    });
  });

  it('accepts that where keeps nothing when that is what is expected', () => {
    expect(evaluate({ select: 'replies', where: { seq: 9 }, expect: [] }).verdict).toBe('pass');
  });

  it('says what there is when a path leads nowhere', () => {
    expect(evaluate({ select: 'reply', expect: { $none: 1 } })).toMatchObject({
      verdict: 'fail',
      differences: ['reply: nothing of that name was observed; what there is: received, replies'],
    });
    expect(evaluate({ select: 'replies[7].ttl', expect: 63 }).differences).toEqual([
      'replies[7].ttl: nothing of that name was observed; what there is: 2 rows',
    ]);
  });

  it('may expect that a path leads nowhere', () => {
    expect(evaluate({ select: 'error', expect: { $absent: true } }).verdict).toBe('pass');
  });

  it('says that where has no rows to choose from', () => {
    expect(evaluate({ select: 'received', where: { seq: 1 }, expect: 3 })).toMatchObject({
      verdict: 'fail',
      differences: ['received: expected rows for "where" to choose from, observed 3'],
    });
  });

  it.each([
    [{ expect: { $evry: 1 } }, 'this check cannot be made: no operator $evry; did you mean $every?'],
    [
      { expect: '${pod-9.address}' },
      'this check cannot be made: ${pod-9.address}: nothing in this lab is called pod-9 and has address',
    ],
  ])('is inconclusive when it makes no sense', (check, message) => {
    expect(evaluate(check)).toMatchObject({ verdict: 'inconclusive', differences: [message] });
  });
});
