import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Classified, classify } from '../../../../../scripts/nightly/ledger/classify.ts';
import type { LedgerLine } from '../../../../../scripts/nightly/ledger/line.ts';
import { seriesOf } from '../../../../../scripts/nightly/ledger/series.ts';
import { type Came, nightLines } from '../nights.ts';

const on = (day: number) => `2026-01-${String(day).padStart(2, '0')}T02:00:00.000Z`;

/** Of a ledger that has one check. */
function only(lines: readonly LedgerLine[], nights = 14): Classified {
  const series = seriesOf(lines, nights);
  expect(series).toHaveLength(1);
  return classify(series[0] as (typeof series)[number]);
}

/** Nights from the first of January on: `commit: what its repeats came to`. */
const nights = (...of: readonly (readonly [commit: string, ...came: Came[]])[]) =>
  of.flatMap(([commit, ...came], index) => nightLines(index + 1, commit, came));

describe('what the nights say of a check', () => {
  test.each<[string, LedgerLine[], Partial<Classified>]>([
    ['passes', nights(['a', 'pass', 'pass'], ['b', 'pass']), { class: 'passes' }],
    [
      'fails since, with another commit',
      nights(['a', 'pass'], ['b', 'fail', 'fail'], ['c', 'fail']),
      { class: 'fails', since: on(2), regression: true, why: 'it passed before' },
    ],
    [
      'fails since, with the same commit',
      nights(['a', 'pass', 'pass'], ['a', 'fail', 'fail']),
      { class: 'fails', since: on(2), regression: true, source: 'a' },
    ],
    [
      'has always failed',
      nights(['a', 'fail'], ['b', 'fail']),
      { class: 'fails', since: on(1), regression: false },
    ],
    ['both in one night', nights(['a', 'pass', 'fail']), { class: 'flaky', source: 'a' }],
    [
      'passes again with the same commit',
      nights(['a', 'fail'], ['a', 'pass']),
      { class: 'flaky', source: 'a' },
    ],
    [
      'passes, fails, passes, fails with the same commit',
      nights(['a', 'pass'], ['a', 'fail'], ['a', 'pass'], ['a', 'fail']),
      { class: 'flaky', source: 'a' },
    ],
    [
      'was flaky, and then only fails with another commit',
      nights(['a', 'pass', 'fail'], ['b', 'fail', 'fail']),
      { class: 'fails', since: on(2), regression: true },
    ],
    [
      'was flaky, and passes since with another commit: the window still has it',
      nights(['a', 'pass', 'fail'], ['b', 'pass', 'pass']),
      { class: 'flaky', source: 'a' },
    ],
    [
      'mended by another commit',
      nights(['a', 'fail'], ['b', 'pass'], ['b', 'pass']),
      { class: 'mended', since: on(2) },
    ],
    [
      'late',
      nights(['a', 'pass', 'late'], ['a', 'pass']),
      { class: 'slow', why: 'failed in up and passed in verify in 1 of 3 runs' },
    ],
    ['always late', nights(['a', 'late']), { class: 'slow' }],
    ['late and failed in one night', nights(['a', 'late', 'fail']), { class: 'flaky' }],
    [
      'late before, fails now',
      nights(['a', 'late'], ['b', 'fail']),
      { class: 'fails', since: on(2), regression: true },
    ],
    ['inconclusive', nights(['a', 'pass', 'inconclusive']), { class: 'inconclusive' }],
    [
      'nothing that is undecided makes a failure good',
      nights(['a', 'pass'], ['b', 'fail'], ['c', 'inconclusive']),
      { class: 'fails', since: on(2), regression: true },
    ],
    ['nor makes it flaky', nights(['a', 'fail', 'inconclusive']), { class: 'fails', regression: false }],
    [
      'only undecided',
      nights(['a', 'inconclusive'], ['b', 'environment']),
      { class: 'environment', why: '2 of 2 runs: no reason is on record' },
    ],
  ])('%s', (_, lines, expected) => {
    expect(only(lines)).toMatchObject(expected);
  });

  test('what is in no commit is of its night alone', () => {
    const dirty = (day: number, came: Came) => nightLines(day, 'a', [came], { dirty: true });
    expect(only([...dirty(1, 'fail'), ...dirty(2, 'pass')])).toMatchObject({ class: 'mended', since: on(2) });
    const unknown = (day: number, came: Came) => nightLines(day, 'unknown', [came]);
    expect(only([...unknown(1, 'fail'), ...unknown(2, 'pass')]).class).toBe('mended');
  });

  test('of each check the last nights count', () => {
    const lines = nights(['a', 'pass', 'fail'], ['b', 'pass'], ['b', 'pass']);
    expect([only(lines, 3).class, only(lines, 2).class]).toEqual(['flaky', 'passes']);
  });

  test('attempts and waiting beyond what is usual are slow; before enough is known they are not', () => {
    const asked = (...attempts: readonly number[]) =>
      attempts.flatMap((of, index) => nightLines(index + 1, 'a', ['pass'], { attempts: of }));
    expect(only(asked(1, 1, 1, 3))).toEqual({
      class: 'slow',
      why: `took 3 attempts in night ${on(4)}, usually 1`,
    });
    expect([only(asked(1, 1, 3)).class, only(asked(3, 3, 3, 3)).class]).toEqual(['passes', 'passes']);
    const waited = (...ms: readonly number[]) =>
      ms.flatMap((waitMs, index) => nightLines(index + 1, 'a', ['pass'], { waitMs }));
    expect(only(waited(1000, 1000, 1000, 2001)).why).toBe(`waited 2.0 s in night ${on(4)}, usually 1.0 s`);
    // A factor alone, or so many milliseconds alone, may be a busy moment.
    expect([only(waited(10, 10, 10, 900)).class, only(waited(5000, 5000, 5000, 7000)).class]).toEqual([
      'passes',
      'passes',
    ]);
  });

  test('a check that its lab is run without has gone; one whose lab was not run has not', () => {
    const other = nightLines(2, 'b', ['pass'], { check: 'another' });
    const stood = nightLines(3, 'c', ['environment'], { experiment: undefined, check: undefined });
    const found = seriesOf([...nights(['a', 'fail']), ...other, ...stood], 14).map((series) => [
      series.check,
      classify(series).class,
    ]);
    expect(found).toEqual([
      ['answered', 'gone'],
      ['another', 'passes'],
      [undefined, 'environment'],
    ]);
  });

  test('machines and backends are apart', () => {
    const lines = [
      ...nightLines(1, 'a', ['pass']),
      ...nightLines(1, 'a', ['fail'], { machine: 'there' }),
      ...nightLines(1, 'a', ['fail'], { backend: 'kind' }),
    ];
    expect(
      seriesOf(lines, 14).map((series) => [series.machine, series.backend, classify(series).class]),
    ).toEqual([
      ['here', 'kind', 'fails'],
      ['here', 'netns', 'passes'],
      ['there', 'netns', 'fails'],
    ]);
  });
});

describe('whatever the nights were', () => {
  const came = fc.constantFrom<Came>('pass', 'late', 'fail', 'inconclusive');
  const commits = fc.constantFrom('a', 'b', 'c');
  const ledger = fc
    .array(fc.tuple(commits, fc.array(came, { minLength: 1, maxLength: 4 })), { minLength: 1, maxLength: 6 })
    .map((all) => all.map(([commit, of], index) => nightLines(index + 1, commit, of)));

  test('neither the order of the lines nor a line that is there twice matters', () => {
    fc.assert(
      fc.property(
        ledger.chain((all) => {
          const lines = all.flat();
          const twice = fc.subarray(lines).map((some) => [...lines, ...some]);
          return fc.tuple(
            fc.constant(lines),
            twice.chain((of) => fc.shuffledSubarray(of, { minLength: of.length })),
          );
        }),
        ([lines, shuffled]) => {
          expect(only(shuffled)).toEqual(only(lines));
        },
      ),
    );
  });

  test('which repeat of a night it was does not matter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(commits, fc.array(came, { minLength: 1, maxLength: 4 })), {
          minLength: 1,
          maxLength: 6,
        }),
        (all) => {
          const of = (order: (came: readonly Came[]) => readonly Came[]) =>
            only(all.flatMap(([commit, repeats], index) => nightLines(index + 1, commit, order(repeats))));
          expect(of((repeats) => repeats.toReversed())).toEqual(of((repeats) => repeats));
        },
      ),
    );
  });

  test('nights of one commit that are mixed are flaky in whatever order they come', () => {
    const mixed = fc
      .array(came, { maxLength: 3 })
      .chain((more) => fc.shuffledSubarray<Came>(['pass', 'fail', ...more], { minLength: 2 + more.length }));
    const all = fc.array(mixed, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        all.chain((of) => fc.shuffledSubarray(of, { minLength: of.length })),
        (of) => {
          expect(only(of.flatMap((night, index) => nightLines(index + 1, 'a', night)))).toMatchObject({
            class: 'flaky',
            source: 'a',
          });
        },
      ),
    );
  });

  test('a regression is never flaky: nights that pass, then nights that fail', () => {
    const repeats = (one: Came) => fc.integer({ min: 1, max: 4 }).map((n) => Array<Came>(n).fill(one));
    const several = (one: Came) => fc.array(fc.tuple(commits, repeats(one)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(several('pass'), several('fail'), (good, bad) => {
        const lines = [...good, ...bad].flatMap(([commit, of], index) => nightLines(index + 1, commit, of));
        const commitsOfBoth = good.some(([commit]) => bad.some(([other]) => other === commit));
        const found = only(lines);
        expect(found).toMatchObject({ class: 'fails', since: on(good.length + 1), regression: true });
        // The same commit may have both, but only when the last that passed is the first that failed is it told.
        expect(found.source !== undefined).toBe(commitsOfBoth && good.at(-1)?.[0] === bad[0]?.[0]);
      }),
    );
  });

  test('failing is told exactly where the last decided night only failed, unless its commit is flaky', () => {
    fc.assert(
      fc.property(ledger, (all) => {
        const decided = all
          .map((lines) => lines.filter(({ verdict }) => verdict === 'pass' || verdict === 'fail'))
          .filter((lines) => lines.length > 0);
        const failed = (line: LedgerLine) => line.verdict === 'fail' && line.verify === 'fail';
        const last = decided.at(-1) ?? [];
        const own = decided.filter(([line]) => line?.commit === last[0]?.commit);
        const firstFailure = own.findIndex((lines) => lines.some(failed));
        const passedAfter = own.some(
          (lines, index) => firstFailure >= 0 && index >= firstFailure && lines.some((line) => !failed(line)),
        );
        const expected = last.length > 0 && last.every(failed) && !passedAfter;
        expect(only(all.flat()).class === 'fails').toBe(expected);
      }),
    );
  });
});
