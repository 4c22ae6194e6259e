// Says of an experiment that did not pass which checks failed, what they expected and what was there instead.
import type { CheckResult, ExperimentResult } from '../experiments/result.ts';

/** At most this many characters of an observed value are shown: all of it is in results.json. */
const SHOWN = 300;

/** A few lines for the user: the first one alone says what happened. */
export function whyNotPassed(result: ExperimentResult): string {
  const failed = result.checks.filter((check) => check.verdict !== 'pass');
  const count = failed.length === 0 ? '' : `, ${failed.length} of ${result.checks.length} checks`;
  const verb = result.verdict === 'fail' ? 'failed' : 'is inconclusive';
  const reason = result.reason === undefined ? '' : `: ${result.reason}`;
  return [`experiment ${result.name} ${verb}${count}${reason}`, ...failed.flatMap(describe)].join('\n');
}

function describe({ name, claim, verdict, expected, observed, differences }: CheckResult): readonly string[] {
  const lines = differences.length > 0 ? differences : [`observed: ${shown(observed)}`];
  return [
    `  ${verdict === 'fail' ? '✗' : '?'} ${claim === undefined ? '' : `${claim} `}${name}`,
    `      expected: ${shown(expected)}`,
    ...lines.map((line) => `      ${line}`),
  ];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text;
}
