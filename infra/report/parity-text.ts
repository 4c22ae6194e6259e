// A parity table for a terminal: assertions × backends, then every difference and why it is one.
import type { ParityRow } from '../parity/compare-parity.ts';
import { PLAIN, type Terminal } from './paint.ts';
import { parityLines, rowTitle } from './parity-lines.ts';
import { notRun, type ParityReport, settingLines } from './parity-report.ts';
import { paritySummary } from './parity-summary.ts';
import { renderTable } from './table.ts';
import { indent, oneLine } from './words.ts';

export interface ParityTextOptions {
  /** Every check on a line of its own. @default false */
  readonly all?: boolean;
  readonly terminal?: Terminal;
}

/** Several lines, without a trailing newline. */
export function parityText(
  report: ParityReport,
  { all = false, terminal = PLAIN }: ParityTextOptions = {},
): string {
  const { lab, parity, backends } = report;
  const { paint, width } = terminal;
  const ran = parity.backends.length > 0;
  const lines = parityLines(parity.rows, parity.backends, all);
  const table = renderTable(
    ['EXPERIMENT', 'CHECK', ...parity.backends.map((name) => name.toUpperCase())],
    lines.map(({ experiment, what, cells }, index) => [
      // Said once, not on every line.
      lines[index - 1]?.experiment === experiment ? ' ' : experiment,
      what,
      ...cells.map(({ text, tone }) => paint(tone, text)),
    ]),
    { width, indent: 2, decorate: (header) => paint('bold', header) },
  );
  const section = (title: string, texts: readonly string[]) =>
    texts.length === 0 ? [] : [`${paint('bold', title)}\n${texts.map((text) => indent(text, 2)).join('\n')}`];
  return [
    ...(ran ? [`${paint('bold', `Lab ${lab}`)}\n${table}`] : []),
    ...section('Settings', settingLines(backends)),
    ...section(
      'Differences',
      parity.rows.flatMap((row) => rowText(row, terminal)),
    ),
    ...section(
      'Explanations that explain nothing',
      parity.stale.map(({ explanation: { experiment, check, backend }, problem }) =>
        paint(
          'red',
          `${experiment}, ${rowTitle({ ...(check !== undefined && { check }) })}, ${backend}: ${problem}`,
        ),
      ),
    ),
    ...section(
      'Not run',
      notRun(backends).map(({ name, reason = '', fix }) => `${name}: ${reason}${fix ? `\n  → ${fix}` : ''}`),
    ),
    `Lab ${lab}: ${ran ? paritySummary(parity) : 'no backend could run it here'}`,
  ].join('\n\n');
}

function rowText(row: ParityRow, { paint }: Terminal): readonly string[] {
  const cells = Object.entries(row.cells).filter(
    ([, { state, outcome, follows }]) => outcome !== 'pass' && state !== 'agrees' && !follows,
  );
  if (cells.length === 0) return [];
  const texts = cells.map(([backend, { outcome, state, why = '', details }]) =>
    state === 'explained'
      ? `${backend}: ${paint('yellow', `${outcome}, explained`)}: ${oneLine(why)}`
      : [
          `${backend}: ${paint('red', outcome)}, not explained`,
          ...details.map((line) => indent(`- ${line}`, 2)),
        ].join('\n'),
  );
  return [`${row.experiment}: ${rowTitle(row)}\n${texts.map((text) => indent(text, 2)).join('\n')}`];
}
