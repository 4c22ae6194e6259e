// Which number is held against which goal.
import { describe, expect, it } from 'vitest';
import { type Figure, figuresOf, type Round } from '../../../../scripts/bench/figures.ts';

function figure(rounds: readonly Round[], what: string | RegExp): Figure | undefined {
  return figuresOf(rounds).find((one) =>
    typeof what === 'string' ? one.what === what : what.test(one.what),
  );
}

describe('figures', () => {
  it('of up leave out what the empty lab costs and what pings wait for', () => {
    const rounds = [{ kindnetUp: 5, emptyUp: 3, kindnetTraffic: 0.8 }];
    expect(figure(rounds, /^up of kindnet/)).toMatchObject({
      median: expect.closeTo(1.2),
      goal: 1.2,
      unit: 's',
    });
  });

  it('are differences within a round: a slow round is compared with itself', () => {
    const rounds = [
      { kindnetNoop: 2.2, emptyNoop: 2.0 },
      { kindnetNoop: 9.2, emptyNoop: 9.0 },
      { kindnetNoop: 2.1, emptyNoop: 2.0 },
    ];
    const noop = figure(rounds, /^no-op up of kindnet/);
    expect(noop).toMatchObject({ median: expect.closeTo(0.2), max: expect.closeTo(0.2), met: true });
  });

  it('of the lab work are ratios to the floor', () => {
    const work = (ratio: number) => figure([{ work: 2 * ratio, floor: 2 }], /÷ floor/);
    expect(work(1.25)).toMatchObject({ median: 1.25, goal: 1.3, met: true, unit: '×' });
    expect(work(1.35)).toMatchObject({ met: false });
  });

  it('of 100 pods may take 5 MB and 0.7 MB a pod', () => {
    expect(figure([{ podsMemory: 74.9 }], /^memory of a lab of 100 pods/)).toMatchObject({
      goal: 75,
      met: true,
    });
    expect(figure([{ podsMemory: 75.1 }], /^memory of a lab of 100 pods/)).toMatchObject({ met: false });
    expect(figure([{ bareMemory: 5.1 }], /^memory of a lab without pods/)).toMatchObject({
      goal: 5,
      met: false,
    });
  });

  it('that must be zero must be zero in every round', () => {
    const rounds = [
      { noopCalls: 0, left: 0 },
      { noopCalls: 3, left: 0 },
      { noopCalls: 0, left: 0 },
    ];
    expect(figure(rounds, 'plugin calls of a no-op up')).toMatchObject({ median: 0, max: 3, met: false });
    expect(figure(rounds, 'processes up leaves outside the lab')).toMatchObject({ met: true });
  });

  it('of destroy count until the kernel has freed the namespaces', () => {
    const rounds = [{ podsDestroy: 1.5, podsFreed: 1.9, emptyDestroy: 1.3 }];
    expect(figure(rounds, /^destroy of 100 pods until freed, less/)).toMatchObject({
      median: expect.closeTo(0.6),
    });
  });

  it('of decoding are met by more, not by less', () => {
    const decoded = (rate: number) => figure([{ decoded: rate }], /^decode and correlate, tap records/);
    expect(decoded(200_000)).toMatchObject({ goal: 200_000, goalIs: 'least', met: true, unit: '/s' });
    expect(decoded(199_999)).toMatchObject({ met: false });
  });

  it('that no round could measure are left out, and so are those that need them', () => {
    const names = figuresOf([{ kindnetUp: 5, kindnetTraffic: 0.8 }, {}]).map(({ what }) => what);
    expect(names).toEqual(['kindnet: up', 'kindnet: traffic waited for']);
    expect(figuresOf([])).toEqual([]);
  });

  it('without a goal are never met or missed', () => {
    expect(figure([{ emptyUp: 3 }], 'empty: up')).not.toHaveProperty('met');
  });
});
