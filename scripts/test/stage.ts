// The stages of `npm test`: each layer of test/, after format, lint and types.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../setup/run.ts';
import { type Count, countVitest, NOTHING, type VitestReport, vitestFailures } from './count.ts';

export interface Outcome extends Count {
  /** Why something was skipped. */
  readonly reason?: string;
  /** A line for each test that failed. */
  readonly failures?: readonly string[];
}

export interface Stage {
  /** What `npm test -- NAME` runs. */
  readonly name: string;
  readonly title: string;
  readonly run: (args: readonly string[]) => Promise<Outcome>;
}

/** A program that either passes or fails as a whole: one test. */
export function programStage(name: string, title: string, argv: readonly string[]): Stage {
  return {
    name,
    title,
    run: async (args) => {
      const { exitCode } = await run([...argv, ...args], { output: 'show' });
      return { ...NOTHING, ...(exitCode === 0 ? { passed: 1 } : { failed: 1 }) };
    },
  };
}

/** A layer of test/ with Vitest; arguments filter its files and tests. */
export function vitestStage(name: string): Stage {
  return {
    name,
    title: `test/${name}`,
    run: async (args) => {
      const dir = mkdtempSync(path.join(tmpdir(), 'cnilab-test-'));
      const report = path.join(dir, 'report.json');
      try {
        const argv = [process.execPath, ...vitestArgs(name, report), ...args];
        const { exitCode } = await run(argv, { output: 'show' });
        return vitestOutcome(readReport(report), exitCode, process.cwd());
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  };
}

export function vitestOutcome(report: VitestReport | undefined, exitCode: number, root: string): Outcome {
  return { ...countVitest(report, exitCode), failures: vitestFailures(report, root) };
}

/** Arguments of Node, in a checkout, that run one project of vitest.config.ts and write a JSON report. */
export function vitestArgs(project: string, report: string): string[] {
  return [
    'node_modules/vitest/vitest.mjs',
    'run',
    // Node 24 reads the configuration as it is; the default compiles it into node_modules, which may be somebody else's.
    '--configLoader=native',
    `--project=${project}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
}

/** undefined when Vitest did not come as far as writing one. */
export function readReport(file: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
