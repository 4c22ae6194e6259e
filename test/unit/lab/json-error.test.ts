// The place where a text stops being JSON: found exactly when the platform's parser refuses the text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonError } from '../../../infra/lab/json-error.ts';

function refused(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

describe('a mistake in JSON', () => {
  it('is found when, and only when, there is one', () => {
    const json = fc
      .tuple(fc.jsonValue({ maxDepth: 4 }), fc.nat({ max: 3 }))
      .map(([v, indent]) => JSON.stringify(v, null, indent));
    const spoilt = fc
      .tuple(
        json,
        fc.nat({ max: 60 }),
        fc.nat({ max: 3 }),
        fc.constantFrom('', ',', '"', '}', '[', '\\', ':', '0', '\n', 'x'),
      )
      .map(([text, at, cut, insert]) => text.slice(0, at) + insert + text.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(json, spoilt, fc.string({ maxLength: 12 })), (text) => {
        const error = findJsonError(text);
        expect(error !== undefined).toBe(refused(text));
        if (error) expect(error.offset >= 0 && error.offset <= text.length).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    ['{"a": 1,}', 8, 'expected a key in double quotes here'],
    ['{"a" 1}', 5, 'expected ":" here'],
    ['[1 2]', 3, 'expected "," or "]" here'],
    ['{"a": tru}', 6, 'expected a value here'],
    ['{"a": "b', 6, 'this text is never closed, or has a bad escape'],
    ['{"a": ', 6, 'the text ends where a value should follow'],
    ['{} x', 3, 'something follows the end of the document'],
  ])('%s', (text, offset, message) => {
    expect(findJsonError(text)).toEqual({ offset, message });
  });
});
