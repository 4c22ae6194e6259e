// A failed experiment told so that a person can act on it: each check that did not pass, expected beside observed.
import type { CheckResult, ExperimentResult, Json, Verdict } from '../experiments/result.ts';
import type { Matcher } from '../lab/schema.ts';
import type { Terminal } from './paint.ts';
import { indent } from './words.ts';

const TONES = { pass: 'green', fail: 'red', inconclusive: 'yellow' } as const;

/** pass, FAIL or inconclusive, in its colour. Readable without the colour. */
export function verdictWord(verdict: Verdict, { paint }: Terminal): string {
  return paint(TONES[verdict], verdict === 'fail' ? 'FAIL' : verdict);
}

/** Everything that did not pass in an experiment, several lines. */
export function failedExperiment(experiment: ExperimentResult, terminal: Terminal): string {
  const { name, verdict, reason, checks } = experiment;
  return [
    `${verdictWord(verdict, terminal)} ${terminal.paint('bold', name)}`,
    ...(reason === undefined ? [] : [indent(reason, 2)]),
    ...checks.filter((check) => check.verdict !== 'pass').map((check) => failedCheck(check, terminal)),
  ].join('\n');
}

function failedCheck(check: CheckResult, terminal: Terminal): string {
  const claim = check.claim === undefined ? '' : ` [${check.claim}]`;
  const { paint } = terminal;
  return [
    `  ${verdictWord(check.verdict, terminal)}  ${check.name}${claim}`,
    ...check.differences.map((line) => indent(`- ${line}`, 6)),
    indent(`${paint('dim', 'expected')} ${inWords(check.expected, 'expected ')}`, 6),
    indent(`${paint('dim', 'observed')} ${inWords(check.observed, 'observed ')}`, 6),
  ].join('\n');
}

/** Characters of one row. The differences above have named the place; all of it is in the results. */
const LONGEST_ROW = 600;

/** A list on a line for each element; anything else on one line. */
function inWords(value: Matcher | Json, label: string): string {
  if (typeof value === 'string') return value === '' ? '""' : value.trimEnd();
  if (!Array.isArray(value)) return shortened(value);
  if (value.length === 0) return 'no rows';
  return value.map(shortened).join(`\n${' '.repeat(label.length)}`);
}

function shortened(row: Matcher | Json): string {
  const text = JSON.stringify(row);
  if (text.length <= LONGEST_ROW) return text;
  return `${text.slice(0, LONGEST_ROW)} … (${text.length} characters; results --json has all of them)`;
}
