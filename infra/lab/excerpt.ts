// One line of source with a caret under the place that a message is about.
import type { Position } from './problem.ts';

const WIDTH = 96;
/** Unprintable characters would move the caret or the terminal; each is shown as one neutral column. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g;

/**
 * @param length how many characters to underline (at least one; never past the end of the line)
 * @returns undefined when the text has no such line, or it is blank
 */
export function excerpt(text: string, at: Position, length = 1): string | undefined {
  const line = text.split(/\r\n|\n|\r/, at.line)[at.line - 1];
  if (line === undefined || line.trim() === '') return undefined;
  const start = Math.max(0, at.column - 1 - (WIDTH - 16));
  const window = line.slice(start, start + WIDTH).replace(UNPRINTABLE, ' ');
  const caretAt = at.column - 1 - start;
  const carets = '^'.repeat(Math.max(1, Math.min(length, window.length - caretAt)));
  const gutter = `  ${at.line} | `;
  return `${gutter}${window.trimEnd()}\n${' '.repeat(gutter.length - 2)}| ${' '.repeat(caretAt)}${carets}`;
}
