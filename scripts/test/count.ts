// Counts of tests, and how Vitest's JSON report becomes one.

import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NOTHING: Count = { passed: 0, failed: 0, skipped: 0 };

export function sum(counts: readonly Count[]): Count {
  return counts.reduce(
    (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }),
    NOTHING,
  );
}

/** The line that whoever runs the tests reads. */
export function countLine(count: Count): string {
  return `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
}

/** The part of Vitest's JSON report (its `json` reporter) that is read here. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly status: string;
    /** Absolute path of the file. */
    readonly name?: string;
    /** Why the file as a whole failed. */
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName?: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/**
 * Counts every test. Something always failed when Vitest said so: a file that could not be loaded, or one whose
 * hook failed after its tests, counts as one more failed test, and so does a run without any report.
 */
export function countVitest(report: VitestReport | undefined, exitCode: number): Count {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    const before = count.failed;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') count.passed++;
      else if (status === 'failed') count.failed++;
      else count.skipped++;
    }
    if (file.status === 'failed' && count.failed === before) count.failed++;
  }
  if (exitCode !== 0 && count.failed === 0) count.failed = 1;
  return count;
}

/** What failed, a line each, to be read at the end of a long log: file, test, and the first line of the reason. */
export function vitestFailures(report: VitestReport | undefined, root: string): readonly string[] {
  return (report?.testResults ?? []).flatMap((file) => {
    const where = path.relative(root, file.name ?? '');
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return file.status === 'failed' ? [line(where, undefined, file.message)] : [];
    return failed.map((test) => line(where, test.fullName, test.failureMessages?.[0]));
  });
}

function line(where: string, test: string | undefined, reason = ''): string {
  const [first = ''] = stripVTControlCharacters(reason).trim().split('\n');
  return [where, test, first].filter((part) => part).join(' > ');
}
