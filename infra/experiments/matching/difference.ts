// How an expectation and an observation part, in words a student understands.
import type { Matcher } from '../../lab/schema.ts';
import type { Json } from '../result.ts';

/** One place where the observation is not as expected. */
export interface Difference {
  /** Such as `routes[0].via`; empty for the whole of what was looked at. */
  readonly path: string;
  /** Undefined when nothing should be there. */
  readonly expected: Matcher | undefined;
  /** Undefined when nothing is there. */
  readonly observed: Json | undefined;
  /** One line, beginning with the path. */
  readonly message: string;
}

/** The lab file is wrong, not the kernel: an operator that does not exist, an operand that makes no sense. */
export class MatcherError extends Error {
  override readonly name = 'MatcherError';
}

/** Longest value shown in a message, characters; all of it is in the result's `expected` and `observed`. */
const SHOWN = 240;

/** Text that YAML would read as something else: shown in quotes. */
const AMBIGUOUS = /^(-?[\d.]+(e[-+]?\d+)?|true|false|null)$/i;

const PLAIN = /^[\p{L}\p{N}_.:/@<>+*-]+$/u;

/** "path: what is wrong", or the latter alone for the root. */
export function difference(
  path: string,
  expected: Matcher | undefined,
  observed: Json | undefined,
  wrong: string,
): Difference {
  return { path, expected, observed, message: path === '' ? wrong : `${path}: ${wrong}` };
}

/** The plain case: this was expected, that was observed. Says so when only the type differs. */
export function unequal(path: string, expected: Matcher, observed: Json | undefined): Difference {
  const scalars = isScalar(expected) && isScalar(observed) && typeof expected !== typeof observed;
  const [want, got] =
    scalars && String(expected) === String(observed)
      ? [showTyped(expected), showTyped(observed)]
      : [show(expected), show(observed)];
  return difference(path, expected, observed, `expected ${want}, observed ${got}`);
}

/** A value as YAML's flow style would have it, cut only when it is long. */
export function show(value: Matcher | Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = flow(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length - SHOWN} characters more)`;
}

/** "1 row", "3 rows". */
export function rows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

/** `path.key`, quoting keys that have dots or spaces. */
export function child(path: string, key: string): string {
  const safe = /^[^.\s[\]"]+$/.test(key) ? key : JSON.stringify(key);
  return path === '' ? safe : `${path}.${safe}`;
}

function isScalar(value: Matcher | Json | undefined): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function showTyped(value: string | number | boolean): string {
  return typeof value === 'string' ? `the text ${JSON.stringify(value)}` : `the ${typeof value} ${value}`;
}

function flow(value: Matcher | Json): string {
  if (typeof value === 'string') {
    const plain = PLAIN.test(value) && (!AMBIGUOUS.test(value) || value.split('.').length > 2);
    return plain ? value : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(
        ([key, item]) =>
          `${PLAIN.test(key) || key.startsWith('$') ? key : JSON.stringify(key)}: ${flow(item)}`,
      )
      .join(', ')}}`;
  }
  return String(value);
}
