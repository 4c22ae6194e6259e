import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleWidth, wrap } from '../../../infra/report/wrap.ts';

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

describe('wrap', () => {
  it('breaks between words, and keeps the indentation', () => {
    expect(wrap('  one two three\nfour', 9)).toBe('  one two\n  three\nfour');
    expect(wrap('  one two three', 9, 2)).toBe('  one two\n    three');
    expect(wrap('pass  one two three', 12, 6)).toBe('pass  one\n      two\n      three');
  });

  it('leaves a word whole that is longer than a line, and everything where nobody looks', () => {
    expect(wrap('see /a/long/path now', 6)).toBe('see\n/a/long/path\nnow');
    expect(wrap('one  two three', Infinity)).toBe('one  two three');
  });

  it('ends a style with each line, and begins it again with the next', () => {
    expect(wrap(`  ${red('one two')} three`, 5)).toBe(
      '  \u001b[31mone\u001b[0m\n  \u001b[31mtwo\u001b[39m\n  three',
    );
  });

  it('loses no word, and passes the width with single words only', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 40 }), (list, width) => {
        const lines = wrap(list.join(' '), width).split('\n');
        expect(lines.join(' ')).toBe(list.join(' '));
        for (const line of lines) {
          if (line.includes(' ')) expect(visibleWidth(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});
