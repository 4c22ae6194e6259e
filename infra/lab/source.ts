// Where each value of a lab file is written, so that a check made long after parsing can still point at it.
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { excerpt } from './excerpt.ts';
import { formatPath, type Path, type Position, type Problem } from './problem.ts';

/** Which half of `key: value` a problem is about. */
export type Part = 'key' | 'value';

/** A place with the number of characters to underline. */
export interface Span extends Position {
  readonly length: number;
}

/** A lab file by name, with the way from a path to its place in the text. */
export interface LabSource {
  readonly file: string;
  readonly text: string;
  /** Of the value (or key) at `path`, or of the nearest thing above it that is written down. */
  locate(path: Path, part?: Part): Span;
}

/** A source made from a parsed YAML document. */
export function yamlSource(file: string, text: string, document: Document, lines: LineCounter): LabSource {
  return {
    file,
    text,
    locate(path, part = 'value') {
      const node = find(document, path, part);
      if (!node?.range) return { line: 1, column: 1, length: 1 };
      const [start, end] = node.range;
      const { line, col } = lines.linePos(start);
      // A caret under all of a mapping says no more than one under its beginning.
      const length = isMap(node) || isSeq(node) ? 1 : end - start;
      return { line: Math.max(line, 1), column: Math.max(col, 1), length };
    },
  };
}

/** A problem with the value (or key) at `path`. */
export function problemAt(
  source: LabSource,
  path: Path,
  message: string,
  hint?: string,
  part?: Part,
): Problem {
  const span = source.locate(path, part);
  const shown = excerpt(source.text, span, span.length);
  return {
    file: source.file,
    line: span.line,
    column: span.column,
    path: formatPath(path),
    message,
    ...(hint !== undefined && { hint }),
    ...(shown !== undefined && { excerpt: shown }),
  };
}

function find(document: Document, path: Path, part: Part): Node | undefined {
  let at = deref(document.contents, document);
  for (const [i, step] of path.entries()) {
    const last = i === path.length - 1;
    let next: unknown;
    if (isMap(at)) {
      const pair = at.items.find(
        (item) => String(isScalar(item.key) ? item.key.value : item.key) === String(step),
      );
      next = last && part === 'key' ? pair?.key : (written(pair?.value) ?? pair?.key);
    } else if (isSeq(at)) {
      next = at.items[Number(step)];
    }
    if (!isNode(next)) return at;
    // The place of an alias itself is where the reader wrote it; only what lies below is in the anchor.
    if (last) return next;
    at = deref(next, document);
  }
  return at;
}

/** An empty value has a place, but nothing to see there: its key says more. */
function written(value: unknown): unknown {
  return isScalar(value) && value.range && value.range[0] === value.range[1] ? undefined : value;
}

function deref(node: unknown, document: Document): Node | undefined {
  if (isAlias(node)) return node.resolve(document);
  return isNode(node) ? node : undefined;
}
