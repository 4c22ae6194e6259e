// What is wrong with a lab, where in its files, and what to do: the one error type of everything in this folder.

/** A place in a text, both counted from 1; columns in UTF-16 units, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys and indexes from the root of the document. */
export type Path = readonly (string | number)[];

export interface Problem extends Position {
  readonly file: string;
  /** Such as `workloads[0].nodes[1]`; empty for the document itself. */
  readonly path: string;
  /** One sentence. */
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
  /** The line it is about with a caret under it, when there is such a line. */
  readonly excerpt?: string;
}

/** More than this and the first ones are what matters. */
const SHOWN = 20;
/** Characters of a message or hint: they quote what is written, and a lab file may have a hundred kilobytes in one word. */
const LONGEST = 600;
/** What a terminal would take for a command, or for an end of the line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Everything found wrong in a lab's files, in the order of the files. Its message is all a user needs to see. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    const sorted = problems
      .map(printable)
      .toSorted((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column);
    const shown = sorted.slice(0, SHOWN).map(formatProblem);
    const rest = sorted.length - shown.length;
    if (rest > 0) shown.push(`… and ${rest} more ${rest === 1 ? 'problem' : 'problems'}`);
    super(shown.join('\n'), options);
    this.problems = sorted;
  }
}

/** Whatever it quotes: of a sensible length, and nothing that a terminal would do rather than show. */
function printable(problem: Problem): Problem {
  const { message, hint } = problem;
  return { ...problem, message: shown(message), ...(hint !== undefined && { hint: shown(hint) }) };
}

function shown(text: string): string {
  // Each character may become six, so that it is cut twice: work on a whole lab file would be for nothing.
  return cut(
    cut(text).replaceAll(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST / 2)} … ${text.slice(-LONGEST / 2)}` : text;
}

/** `file:line:column: message`, then the line with a caret, then the hint. */
export function formatProblem(problem: Problem): string {
  const lines = [`${problem.file}:${problem.line}:${problem.column}: ${problem.message}`];
  if (problem.excerpt !== undefined) lines.push(problem.excerpt);
  if (problem.hint !== undefined) lines.push(`  ${problem.hint}`);
  return lines.join('\n');
}

/** `workloads[0].annotations["a.b/c"]`: how a path is shown to people. */
export function formatPath(path: Path): string {
  return path
    .map((part, i) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w$-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return i === 0 ? part : `.${part}`;
    })
    .join('');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
