// Whatever is done to a lab file, the answer is a lab or a LabError with places: never a crash, never a stack trace.
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseLabSource } from '../../../infra/lab/parse.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { resolveLab } from '../../../infra/lab/resolve.ts';
import { GOOD_LAB } from './lab-text.ts';

function holds(text: string): void {
  try {
    const { raw, source } = parseLabSource(text, 'lab.yaml');
    resolveLab(raw, source, { '10-a.conflist': '{}' });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const lines = text.split(/\r\n|\n|\r/).length;
    for (const problem of error.problems) {
      if (problem.message === '' || problem.message.includes('undefined')) throw new Error(problem.message);
      if (problem.file === 'lab.yaml' && (problem.line < 1 || problem.line > lines || problem.column < 1))
        throw new Error(`line ${problem.line}:${problem.column} of ${lines}: ${problem.message}`);
    }
    if (error.message.includes('    at ')) throw new Error(`a stack trace: ${error.message}`);
  }
}

/** Every place in a document, as keys from the root. */
function places(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

const document = parse(GOOD_LAB);
const junk = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    ...[
      'n1',
      'web-1',
      'duo/left',
      '${n1.address}',
      '${duo.nothing}',
      '$each',
      '10.0.0.0/8',
      '10.244.0.9',
      '0.0.0.0/0',
    ],
    ...[
      -1,
      0,
      1.5,
      1e9,
      Number.NaN,
      null,
      '',
      ' ',
      '__proto__',
      'constructor',
      [[]],
      { $order: [1] },
      { $is: 1 },
    ],
    ...[{ toString: 1 }, { __proto__: null }, 'a\u0000b', '\ud800', 'é'.repeat(80)],
  ),
);

function put(value: unknown, path: readonly string[], replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(value)) return value.map((v, i) => (String(i) === key ? put(v, rest, replacement) : v));
  return { ...(value as object), [key]: put((value as Record<string, unknown>)[key], rest, replacement) };
}

describe('a lab file spoilt at random', () => {
  it('by putting other values in its places', () => {
    const place = fc.constantFrom(...places(document));
    fc.assert(
      fc.property(fc.array(fc.tuple(place, junk), { minLength: 1, maxLength: 3 }), (changes) => {
        const mutated = changes.reduce<unknown>((doc, [path, value]) => {
          try {
            return put(doc, path, value);
          } catch {
            return doc;
          }
        }, document);
        holds(stringify(mutated, { aliasDuplicateObjects: false }));
      }),
      { numRuns: 400 },
    );
  });

  it('by cutting and pasting its text', () => {
    const at = fc.nat({ max: GOOD_LAB.length });
    const paste = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('\t', '- ', ': ', '&a ', '*a', '<<: ', '"', '\r', '---\n', '{', '['),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(at, fc.nat({ max: 30 }), paste), { minLength: 1, maxLength: 4 }),
        (edits) => {
          holds(
            edits.reduce(
              (text, [from, length, insert]) => text.slice(0, from) + insert + text.slice(from + length),
              GOOD_LAB,
            ),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  it('and so is text that was never a lab', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), holds), { numRuns: 300 });
  });
});
