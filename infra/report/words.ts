// Small matters of text for people: numbers with their noun, indented paragraphs.

/** `1 node`, `2 nodes`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Every line moved to the right. @param columns by how much */
export function indent(text: string, columns: number): string {
  const margin = ' '.repeat(columns);
  return text
    .split('\n')
    .map((line) => margin + line)
    .join('\n');
}

/** A text of several lines as one, for a list or the cell of a table. */
export function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

/** The same, cut where it is longer. @param most characters, the mark of the cut included */
export function shortLine(text: string, most: number): string {
  const line = oneLine(text);
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
