// YAML text → data of a schema: right in syntax and shape, or every problem at once with its place and a suggestion.
import { type Document, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import type { z } from 'zod';
import { excerpt } from './excerpt.ts';
import { LabError, type Problem } from './problem.ts';
import { schemaProblems } from './schema-problems.ts';
import { type LabSource, yamlSource } from './source.ts';

/** Bytes. What is read here is written by hand: the largest lab of the project has 32 kB. Reading as much takes 60 ms or so. */
export const MAX_LAB_FILE = 128 * 1024;
export const TOO_LARGE = `the file is larger than ${MAX_LAB_FILE / 1024} kB`;
/** The YAML library's time grows with the square of this. */
const MAX_LINES = 5000;
/** Expansions of one anchor, all levels together: enough for shared steps, too few for a bomb. */
const MAX_ALIASES = 200;
/** Levels of nesting. The deepest assertion one can read has perhaps ten. */
const MAX_DEPTH = 60;

/** Problems that are worked out of one kind of mistake: more are not read by anybody. */
const MAX_TOLD = 200;
/** Open brackets, and compact block markers on one line (`- - - x`), that would cost the YAML library minutes. */
const MAX_OPEN = 500;
const COMPACT_NESTING = /(?:[-?:][ \t]+){60}/;
/** Brackets in the whole file: a few hundred in a lab, and each one takes the YAML library longer than all other characters. */
const MAX_BRACKETS = 4000;
/** Quotes in a row: every one of them would be a mistake of its own. */
const QUOTES = /(["'])\1{60}/;

export interface Parsed<T> {
  readonly data: T;
  /** Where everything in `data` is written. */
  readonly source: LabSource;
}

/** What a file is to be, for messages. */
export interface FileKind {
  /** Such as "a lab file". */
  readonly noun: string;
  /** What is in every one of them, such as "a lab has at least name, cluster.nodes and network". */
  readonly least: string;
}

/**
 * Reads a file's text. `file` is only its name in messages.
 * @throws LabError naming every problem of the first kind met: syntax, then shape
 */
export function parseYaml<T>(text: string, file: string, schema: z.ZodType<T>, kind: FileKind): Parsed<T> {
  if (Buffer.byteLength(text) > MAX_LAB_FILE)
    throw failure(file, TOO_LARGE, `${kind.noun} is written by hand: is this the right file?`);
  if (text.split('\n', MAX_LINES + 1).length > MAX_LINES)
    throw failure(file, `the file has more than ${MAX_LINES} lines`, 'is this the right file?');
  if (text.trim() === '') throw failure(file, 'the file is empty', kind.least);
  try {
    return parse(text, file, schema);
  } catch (error) {
    // The YAML and schema libraries recurse: a document deep enough to exhaust the stack is refused by depth anyway.
    if (error instanceof RangeError) throw tooDeep(file, error);
    throw error;
  }
}

function parse<T>(text: string, file: string, schema: z.ZodType<T>): Parsed<T> {
  const lines = new LineCounter();
  const { deepest, all } = brackets(text);
  if (deepest > MAX_OPEN || COMPACT_NESTING.test(text)) throw tooDeep(file);
  if (all > MAX_BRACKETS)
    throw failure(
      file,
      `the file opens ${all} brackets; at most ${MAX_BRACKETS} are read`,
      'write long lists with "- "',
    );
  const quotes = QUOTES.exec(text);
  if (quotes)
    throw failureAt(file, text, quotes.index, 'more than 60 quotes in a row', 'is a quote too many here?');
  const document: Document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    stringKeys: true,
    // The library's own check compares every key with every other; duplicateKeys() does not.
    uniqueKeys: false,
  });
  const source = yamlSource(file, text, document, lines);
  const errors: readonly YAMLError[] = [...document.errors, ...document.warnings];
  // The YAML library reports its own stack overflow as an error of the document.
  if (errors.some((error) => error.message.includes('call stack'))) throw tooDeep(file);
  if (errors.length > 0)
    throw new LabError(errors.slice(0, MAX_TOLD).map((error) => syntaxProblem(error, source, lines)));
  // A duplicate key leaves a document that can be read on, so what else is wrong is told too.
  const syntax = duplicateKeys(document)
    .slice(0, MAX_TOLD)
    .map(([name, start, end]) =>
      textProblem(
        source,
        lines,
        [start, end],
        `the key "${name}" is written twice in one mapping`,
        'keep one of the two',
      ),
    );

  const data = toData(document, source, lines);
  if (nesting(data) > MAX_DEPTH) throw tooDeep(file);
  if (data === null) throw failure(file, 'the file has no content', 'everything in it is a comment');
  const result = schema.safeParse(data);
  const shape = result.success ? [] : schemaProblems(result.error.issues, schema, data, source);
  if (syntax.length > 0 || !result.success) throw new LabError([...syntax, ...shape]);
  return { data: result.data, source };
}

/** Every second use of a key in its mapping: the key, and where it begins and ends. */
function duplicateKeys(document: Document): readonly (readonly [name: string, start: number, end: number])[] {
  const found: [string, number, number][] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const [start = 0, end = 0] = key.range ?? [];
        if (seen.has(name)) found.push([name, start, end]);
        seen.add(name);
      }
    },
  });
  return found;
}

function toData(document: Document, source: LabSource, lines: LineCounter): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const name = /^Unresolved alias.*: (\S+)$/.exec(error.message)?.[1];
    if (name === undefined)
      throw failure(
        source.file,
        `aliases expand to more than ${MAX_ALIASES} copies of what is written`,
        'use fewer aliases of aliases',
      );
    const at = source.text.indexOf(`*${name}`);
    throw new LabError([
      textProblem(
        source,
        lines,
        [at, at + name.length + 1],
        `no anchor &${name} stands before this alias`,
        `write &${name} where the value is first given`,
      ),
    ]);
  }
}

/** What the YAML library's codes mean for someone writing a lab; the rest is said by its own message. */
const ADVICE: Readonly<Record<string, readonly [message: string | undefined, hint: string]>> = {
  TAB_AS_INDENT: ['a tab is used as indentation', 'indent with spaces'],
  BAD_INDENT: [undefined, 'things of one level start in the same column'],
  BAD_ALIAS: [undefined, 'an alias is *name, and its anchor &name stands before it'],
  BAD_SCALAR_START: [undefined, 'put the text in quotes'],
  MISSING_CHAR: [undefined, 'something opened here is never closed'],
  MULTIPLE_DOCS: ['a second document starts here', 'a lab file is one document: remove the "---"'],
  MULTILINE_IMPLICIT_KEY: [undefined, 'is a colon missing, or a quote left open?'],
  BLOCK_AS_IMPLICIT_KEY: [undefined, 'put text that contains ": " in quotes'],
  TAG_RESOLVE_FAILED: [undefined, 'labs use no tags: remove the "!…"'],
  NON_STRING_KEY: ['a key must be plain text', 'put the key in quotes'],
};

function syntaxProblem(error: YAMLError, source: LabSource, lines: LineCounter): Problem {
  const [message, hint] = ADVICE[error.code] ?? [];
  const said = `not valid YAML: ${error.message.split('\n')[0]?.replace('"quote', '"')}`;
  return textProblem(source, lines, error.pos, message ?? said, hint);
}

function textProblem(
  source: LabSource,
  lines: LineCounter,
  [start, end]: readonly [number, number],
  message: string,
  hint?: string,
): Problem {
  const at = lines.linePos(Math.max(0, Math.min(start, source.text.length)));
  const position = { line: Math.max(1, at.line), column: Math.max(1, at.col) };
  const shown = excerpt(source.text, position, Math.max(1, end - start));
  return {
    file: source.file,
    ...position,
    path: '',
    message,
    ...(hint !== undefined && { hint }),
    ...(shown !== undefined && { excerpt: shown }),
  };
}

function failure(file: string, message: string, hint: string, cause?: unknown): LabError {
  return new LabError([{ file, line: 1, column: 1, path: '', message, hint }], { cause });
}

function failureAt(file: string, text: string, at: number, message: string, hint: string): LabError {
  const before = text.slice(0, at).split(/\r\n|\n|\r/);
  const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const shown = excerpt(text, position);
  return new LabError([
    { file, ...position, path: '', message, hint, ...(shown !== undefined && { excerpt: shown }) },
  ]);
}

function tooDeep(file: string, cause?: unknown): LabError {
  return failure(file, 'the file is nested too deeply', `at most ${MAX_DEPTH} levels are read`, cause);
}

/** How many there are, and the deepest run of open ones: cheap, and an upper bound of what the YAML library would recurse into. */
function brackets(text: string): { readonly deepest: number; readonly all: number } {
  let depth = 0;
  let deepest = 0;
  let all = 0;
  for (const char of text) {
    if (char === '[' || char === '{') {
      all++;
      deepest = Math.max(deepest, ++depth);
    } else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
  }
  return { deepest, all };
}

function nesting(value: unknown, limit = MAX_DEPTH + 1): number {
  if (typeof value !== 'object' || value === null || limit === 0) return 0;
  let deepest = 0;
  for (const child of Object.values(value)) deepest = Math.max(deepest, nesting(child, limit - 1));
  return deepest + 1;
}
