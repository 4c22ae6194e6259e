// Results of a small lab on several backends, made up.
import type { CheckResult, ExperimentResult, Verdict } from '../../../infra/experiments/result.ts';
import { worst } from '../../../infra/experiments/verdict.ts';
import type { ParityRun } from '../../../infra/parity/compare-parity.ts';

/** Name of a check (with its claim in brackets) → what it came to. */
export type Checks = Readonly<Record<string, Verdict>>;

export const result = (name: string, checks: Checks, doubt?: string): ExperimentResult => ({
  name,
  kind: 'inspect',
  verdict: worst([...Object.values(checks), ...(doubt === undefined ? [] : ['inconclusive' as const])]),
  ...(doubt !== undefined && { reason: doubt }),
  checks: Object.entries(checks).map(([title, verdict]) => checkResult(title, verdict)),
  observed: null,
  canonical: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  trafficMs: 0,
  artifacts: [],
});

export const run = (backend: string, ...experiments: readonly ExperimentResult[]): ParityRun => ({
  backend,
  experiments,
});

function checkResult(title: string, verdict: Verdict): CheckResult {
  const [, name = title, claim] = /^(.*?)(?: \[(.*)\])?$/.exec(title) ?? [];
  return {
    name,
    ...(claim !== undefined && { claim }),
    verdict,
    expected: 1,
    observed: 2,
    differences: verdict === 'pass' ? [] : ['expected 1, observed 2'],
  };
}
