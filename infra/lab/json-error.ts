// Where a text stops being JSON (RFC 8259): the platform's own parser says so only for some mistakes.

export interface JsonError {
  /** Of the first character that cannot be there; the text's length when it ends too early. */
  readonly offset: number;
  readonly message: string;
}

/** Nested deeper than this is refused by the callers of this file, not by JSON. */
const MAX_DEPTH = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

/** The first mistake, or undefined when the text is JSON. */
export function findJsonError(text: string): JsonError | undefined {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const fail = (wanted: string): JsonError => ({
    offset: at,
    message: at >= text.length ? `the text ends where ${wanted} should follow` : `expected ${wanted} here`,
  });
  const value = (depth: number): JsonError | undefined => {
    if (depth > MAX_DEPTH) return { offset: at, message: `nested more than ${MAX_DEPTH} levels deep` };
    skip(SPACE);
    if (text[at] === '{') return members('}', depth, true);
    if (text[at] === '[') return members(']', depth, false);
    if (skip(STRING) || skip(NUMBER) || skip(LITERAL)) return undefined;
    return text[at] === '"'
      ? { offset: at, message: 'this text is never closed, or has a bad escape' }
      : fail('a value');
  };
  const members = (close: string, depth: number, keyed: boolean): JsonError | undefined => {
    at++;
    skip(SPACE);
    if (text[at] === close) {
      at++;
      return undefined;
    }
    for (;;) {
      skip(SPACE);
      if (keyed) {
        if (!skip(STRING)) return fail('a key in double quotes');
        skip(SPACE);
        if (text[at] !== ':') return fail('":"');
        at++;
      }
      const error = value(depth + 1);
      if (error) return error;
      skip(SPACE);
      const next = text[at];
      if (next === close || next === ',') at++;
      if (next === close) return undefined;
      if (next !== ',') return fail(`"," or "${close}"`);
    }
  };
  const error = value(0);
  if (error) return error;
  skip(SPACE);
  return at < text.length ? { offset: at, message: 'something follows the end of the document' } : undefined;
}
