// Lines that end between words, for a terminal of so many columns. Pure.
import { stripVTControlCharacters } from 'node:util';

/** Columns a text takes on a terminal: styles count for nothing. */
export function visibleWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/**
 * Breaks lines at spaces; a word that is longer than a line stays whole. A line keeps its indentation, and so does what is
 * broken off it. A style ends with each line and begins again with the next, so that it colours nothing beside it.
 *
 * @param width columns; Infinity breaks nothing
 * @param hanging by how much what is broken off is indented more than its first line
 */
export function wrap(text: string, width: number, hanging = 0): string {
  if (!Number.isFinite(width)) return text;
  return text
    .split('\n')
    .flatMap((line) => broken(line, width, hanging))
    .join('\n');
}

function broken(line: string, width: number, hanging: number): readonly string[] {
  if (visibleWidth(line) <= width) return [line];
  const margin = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  for (const [, gap = '', word = ''] of line.slice(margin.length).matchAll(/( *)([^ ]+)/g)) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(`${margin}${word}`);
    else if (visibleWidth(last + gap + word) <= width) lines[lines.length - 1] = `${last}${gap}${word}`;
    else lines.push(`${margin}${' '.repeat(hanging)}${word}`);
  }
  return closed(lines);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a style begins with
const STYLE = /\u001b\[(\d+)m/g;
const RESET = '\u001b[0m';

/** SGR (ECMA-48, 8.3.117): 0 ends all styles, 22 to 29, 39 and 49 one kind of them. */
function closed(lines: readonly string[]): readonly string[] {
  let open: readonly string[] = [];
  return lines.map((line) => {
    const before = open.join('');
    for (const [code, number] of line.matchAll(STYLE)) {
      const ends = number === '0' || /^(2[2-9]|[34]9)$/.test(number ?? '');
      open = number === '0' ? [] : ends ? open.slice(0, -1) : [...open, code];
    }
    const margin = /^ */.exec(line)?.[0] ?? '';
    return `${margin}${before}${line.slice(margin.length)}${open.length > 0 ? RESET : ''}`;
  });
}
