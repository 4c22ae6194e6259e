// A failed experiment told so that a person can act on it: each check that did not pass, expected beside observed.
import type { CheckResult, ExperimentResult, Json, Verdict } from '../experiments/result.ts';
import type { Matcher } from '../lab/schema.ts';
import { meshMatrix } from './mesh-matrix.ts';
import type { Terminal } from './paint.ts';
import { indent } from './words.ts';
import { wrap } from './wrap.ts';

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
    ...(reason === undefined ? [] : [wrap(indent(reason, 2), terminal.width)]),
    ...(matrix === undefined ? [] : [indent(matrix, 2)]),
    ...checks.filter((check) => check.verdict !== 'pass').map((check) => failedCheck(check, terminal)),
  ].join('\n');
}

/** Columns that a verdict and the gaps beside it take. */
const BESIDE_VERDICT = 8;

/** A line for a check: its verdict, its name, what it claims. */
export function checkLine({ name, verdict, claim }: CheckResult, terminal: Terminal): string {
  const line = `  ${verdictWord(verdict, terminal)}  ${name}${claim === undefined ? '' : ` [${claim}]`}`;
  return wrap(line, terminal.width, BESIDE_VERDICT - 2);
}

function failedCheck(check: CheckResult, terminal: Terminal): string {
  return [
    checkLine(check, terminal),
    ...firstOf(check.differences).map((line) => wrap(indent(`- ${line}`, 6), terminal.width, 2)),
    expectedAndObserved(check, terminal),
  ].join('\n');
}

/** What a check expected beside what it saw, a line or more each. */
export function expectedAndObserved({ expected, observed }: CheckResult, terminal: Terminal): string {
  const { paint, width } = terminal;
  return [
    `${paint('dim', 'expected')} ${inWords(expected, 'expected ')}`,
    `${paint('dim', 'observed')} ${inWords(observed, 'observed ')}`,
  ]
    .map((text) => wrap(indent(text, 6), width, 'observed '.length))
    .join('\n');
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
