import { describe, expect, test } from 'vitest';
import { countLine, countVitest, sum, vitestFailures } from '../../../../scripts/test/count.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

describe('the count', () => {
  test('is of tests, whatever file they are in', () => {
    const report = {
      testResults: [
        file('passed', 'passed', 'skipped', 'todo'),
        file('failed', 'failed', 'passed', 'pending'),
      ],
    };
    expect(countVitest(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 3 });
  });

  test('a file that could not be loaded is a failed test, beside the others', () => {
    const report = { testResults: [file('failed'), file('failed', 'failed'), file('passed', 'passed')] };
    expect(countVitest(report, 1)).toEqual({ passed: 1, failed: 2, skipped: 0 });
  });

  test('a file whose hook failed after its tests had passed is a failed test', () => {
    expect(countVitest({ testResults: [file('failed', 'passed')] }, 1).failed).toBe(1);
  });

  test('a run that failed for no test’s sake, or wrote no report, has failed', () => {
    expect(countVitest({ testResults: [file('passed', 'passed')] }, 1).failed).toBe(1);
    expect(countVitest(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

test('the closing line adds up the stages', () => {
  const total = sum([
    { passed: 1, failed: 0, skipped: 0 },
    { passed: 40, failed: 2, skipped: 3 },
  ]);
  expect(countLine(total)).toBe('41 passed, 2 failed, 3 skipped');
});

test('what failed is told again in a line each: file, test, first line of the reason', () => {
  const report = {
    testResults: [
      {
        status: 'failed',
        name: '/work/test/a.test.ts',
        message: 'Error: cannot load\n  at …',
        assertionResults: [],
      },
      {
        status: 'failed',
        name: '/work/test/b.test.ts',
        assertionResults: [
          { status: 'passed', fullName: 'fine' },
          {
            status: 'failed',
            fullName: 'sum adds',
            failureMessages: ['\u001b[31mexpected 1\u001b[39m\nto be 2'],
          },
        ],
      },
      { status: 'passed', name: '/work/test/c.test.ts', assertionResults: [{ status: 'skipped' }] },
    ],
  };
  expect(vitestFailures(report, '/work')).toEqual([
    'test/a.test.ts > Error: cannot load',
    'test/b.test.ts > sum adds > expected 1',
  ]);
  expect(vitestFailures(undefined, '/work')).toEqual([]);
});
