import { describe, expect, it } from 'vitest';
import { terminalMarkdown } from '../../../infra/guide/terminal-markdown.ts';
import { PLAIN } from '../../../infra/report/paint.ts';

const at = (width: number) => (text: string) => terminalMarkdown(text, { ...PLAIN, width: width + 1 });

describe('Markdown on a terminal', () => {
  it('wraps paragraphs at spaces, and joins lines of the source', () => {
    expect(at(18)('one two\nthree four five six\n\nnext `a b`')).toBe(
      'one two three four\nfive six\n\nnext a b',
    );
  });

  it('shows lists, numbers and nesting', () => {
    expect(at(30)('1. **Lose** a route and wait for it\n2. two\n\n- a\n  - b')).toBe(
      '1. Lose a route and wait for\n   it\n2. two\n\n• a\n\n  • b',
    );
  });

  it('aligns tables, or writes them row by row when they are too wide', () => {
    expect(at(40)('| flags | what |\n|---|---|\n| none | learned |')).toBe('flags  what\nnone   learned');
  });

  it('shows characters, link targets of the web, and no HTML', () => {
    expect(at(60)('[a file](../x.md), [a page](https://example.org), a &lt; b & `x < y`<br>')).toBe(
      'a file, a page (https://example.org), a < b & x < y',
    );
    expect(at(60)('<!-- nothing -->\n\nText \\*as it is\\*.')).toBe('Text *as it is*.');
  });

  it('keeps code as it is', () => {
    expect(at(12)('```sh\nif true; then\n  long line\nfi\n```')).toBe(
      '    if true; then\n      long line\n    fi',
    );
  });
});
