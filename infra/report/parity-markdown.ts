// A parity table for a document, in GitHub's Markdown: the same lines as in the terminal.
import { parityLines, rowTitle } from './parity-lines.ts';
import { notRun, type ParityReport, settingLines } from './parity-report.ts';
import { paritySummary } from './parity-summary.ts';
import { oneLine } from './words.ts';

/** Several lines, without a trailing newline. @param all every check on a line of its own */
export function parityMarkdown({ lab, backends, parity }: ParityReport, all = false): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  const ran = parity.backends.length > 0;
  const table = [
    line(['experiment', 'check', ...parity.backends]),
    line(['experiment', 'check', ...parity.backends].map(() => '---')),
    ...parityLines(parity.rows, parity.backends, all).map(({ experiment, what, cells }) =>
      line([experiment, what, ...cells.map(({ text }) => text)]),
    ),
  ].join('\n');
  const differences = parity.rows.flatMap((row) =>
    Object.entries(row.cells)
      .filter(([, { outcome, state, follows }]) => outcome !== 'pass' && state !== 'agrees' && !follows)
      .map(([backend, { outcome, why, details }]) => {
        const reason = why === undefined ? `not explained: ${details.join('; ')}` : why;
        return `- ${row.experiment}, ${rowTitle(row)}, on ${backend}: ${outcome}, ${oneLine(reason)}`;
      }),
  );
  const stale = parity.stale.map(
    ({ explanation: { experiment, check, backend }, problem }) =>
      `- ${experiment}, ${check ?? 'the experiment'}, on ${backend}: ${problem}`,
  );
  const left = notRun(backends).map(({ name, reason = '' }) => `- ${name} was not run: ${oneLine(reason)}`);
  const settings = settingLines(backends).map((text) => `- settings of ${oneLine(text)}`);
  const summary = ran ? paritySummary(parity) : 'no backend could run it';
  return [
    `Lab \`${lab}\`: ${summary}`,
    ...(ran ? [table] : []),
    [...settings, ...differences, ...stale, ...left].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function escaped(text: string): string {
  return oneLine(text).replaceAll('|', '\\|');
}
