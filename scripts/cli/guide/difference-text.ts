// One message about a command that does not print what its guide shows. Pure.
import type { OutputDifference } from '../../../infra/guide/compare-output.ts';

/** So many lines of each side are enough to see what it is. */
const MOST = 12;

/** @param file of the guide, as a person would write it */
export function differenceText(file: string, { command, line, expected, got }: OutputDifference): string {
  return [
    `${file}:${line}: this is not what is printed`,
    ...command.text.split('\n').map((text, index) => `  ${index === 0 ? '$' : '>'} ${text}`),
    ...side('-', expected, 'nothing (more) is expected here'),
    ...side('+', got, 'nothing (more) was printed'),
  ].join('\n');
}

function side(sign: string, lines: readonly string[], none: string): readonly string[] {
  if (lines.length === 0) return [`  ${sign} (${none})`];
  const shown = lines.slice(0, MOST).map((line) => `  ${sign} ${line}`);
  return lines.length > MOST ? [...shown, `  ${sign} (and ${lines.length - MOST} more lines)`] : shown;
}
