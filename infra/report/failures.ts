// A failed experiment told so that a person can act on it: each check that did not pass, expected beside observed.
import type { CheckResult, ExperimentResult, Json, Verdict } from '../experiments/result.ts';
import type { Matcher } from '../lab/schema.ts';
import { meshMatrix } from './mesh-matrix.ts';
import type { Terminal } from './paint.ts';
import { indent } from './words.ts';

const TONES = { pass: 'green', fail: 'red', inconclusive: 'yellow' } as const;

/** pass, FAIL or inconclusive, in its colour. Readable without the colour. */
export function verdictWord(verdict: Verdict, { paint }: Terminal): string {
  return paint(TONES[verdict], verdict === 'fail' ? 'FAIL' : verdict);
}

/** Everything that did not pass in an experiment, several lines. */
export function failedExperiment(experiment: ExperimentResult, terminal: Terminal): string {
  const { name, kind, verdict, reason, checks } = experiment;
  const matrix = kind === 'mesh' ? meshMatrix(experiment.observed, terminal) : undefined;
  return [
    `${verdictWord(verdict, terminal)} ${terminal.paint('bold', name)}`,
    ...(reason === undefined ? [] : [indent(reason, 2)]),
    ...(matrix === undefined ? [] : [indent(matrix, 2)]),
    ...checks.filter((check) => check.verdict !== 'pass').map((check) => failedCheck(check, terminal)),
  ].join('\n');
}

function failedCheck(check: CheckResult, terminal: Terminal): string {
  const claim = check.claim === undefined ? '' : ` [${check.claim}]`;
  const { paint } = terminal;
  return [
    `  ${verdictWord(check.verdict, terminal)}  ${check.name}${claim}`,
    ...firstOf(check.differences).map((line) => indent(`- ${line}`, 6)),
    indent(`${paint('dim', 'expected')} ${inWords(check.expected, 'expected ')}`, 6),
    indent(`${paint('dim', 'observed')} ${inWords(check.observed, 'observed ')}`, 6),
  ].join('\n');
}

/** Lines of one list. */
const LONGEST_LIST = 20;

function firstOf(lines: readonly string[]): readonly string[] {
  if (lines.length <= LONGEST_LIST) return lines;
  const more = `… and ${lines.length - LONGEST_LIST} more (results --json has all of them)`;
  return [...lines.slice(0, LONGEST_LIST), more];
}

/** Characters of one row. The differences above have named the place; all of it is in the results. */
const LONGEST_ROW = 600;

/** A list on a line for each element; anything else on one line. */
function inWords(value: Matcher | Json, label: string): string {
  if (typeof value === 'string') return value === '' ? '""' : value.trimEnd();
  if (!Array.isArray(value)) return shortened(value);
  if (value.length === 0) return 'no rows';
  return firstOf(value.map(shortened)).join(`\n${' '.repeat(label.length)}`);
}

function shortened(row: Matcher | Json): string {
  const text = JSON.stringify(row);
  if (text.length <= LONGEST_ROW) return text;
  return `${text.slice(0, LONGEST_ROW)} … (${text.length} characters; results --json has all of them)`;
}
