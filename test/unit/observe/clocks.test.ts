// Whose clock stamped what, and how far it is away: known by boot ids, and by when each kernel says it was asked.
import { describe, expect, test } from 'vitest';
import { aheadOf, clockRows, otherClocks } from '../../../infra/observe/clocks.ts';

const MS = 1e6;
/** A reading that was asked at 1000 ms and answered at 1010 ms; the command took 4 ms and began `after` ms later. */
const reading = (bootId: string, aheadMs: number, after = 3) => {
  const startedNs = BigInt((1000 + after + aheadMs) * MS);
  return { bootId, aheadNs: aheadOf({ startedNs, durationNs: BigInt(4 * MS) }, 1000 * MS, 1010 * MS) };
};

describe('how far a clock is ahead', () => {
  test('is between what question and answer allow', () => {
    expect(reading('a', 90_000).aheadNs).toEqual([89_997 * MS, 90_003 * MS]);
    expect(reading('a', -90_000).aheadNs).toEqual([-90_003 * MS, -89_997 * MS]);
  });

  test('of hosts of one kernel is what all of them allow', () => {
    const observed = { n1: reading('a', 0), n2: reading('b', 500, 0), pod: reading('b', 500, 6) };
    const clock = otherClocks(observed, ['n2'], 'n1').get('n2');
    expect(clock).toEqual({ id: 'b', aheadNs: BigInt(500 * MS), uncertainNs: BigInt(3 * MS) });
  });

  test('is told beside whose it is', () => {
    const observed = { n1: reading('a', 10), n2: reading('b', -90_000), pod: reading('b', -90_000) };
    expect(clockRows(otherClocks(observed, ['pod', 'n1', 'n2'], 'n1'))).toEqual([
      { hosts: ['n2', 'pod'], aheadNs: -90_010 * MS, uncertainNs: 6 * MS },
    ]);
  });
});

describe('hosts share a clock', () => {
  test('when their boot ids are equal, or none has one', () => {
    const one = { n1: reading('a', 0), n2: reading('a', 1) };
    expect(otherClocks(one, ['n1', 'n2'], 'n1').size).toBe(0);
    expect(otherClocks({ n1: {}, n2: {} }, ['n1', 'n2'], 'n1').size).toBe(0);
  });

  test('of no interest when it is that of a host that is not listened at', () => {
    expect(otherClocks({ n1: reading('a', 0), n3: reading('c', 7) }, ['n1'], 'n1').size).toBe(0);
  });

  test('with nobody when one does not show its boot id', () => {
    const clocks = otherClocks({ n1: reading('a', 0), n2: {} }, ['n1', 'n2'], 'n1');
    expect([...clocks.keys()]).toEqual(['n2']);
  });
});
