import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StatusLine } from '../../../scripts/cli/status-line.ts';

const ESCAPE = String.fromCharCode(27);
const TOKENS = new RegExp(`\\r|\\n|${ESCAPE}\\[2K|${ESCAPE}\\[1A|[^\\r\\n${ESCAPE}]+`, 'g');

/** What is left on a screen of a terminal after these bytes: carriage return, erase line, one line up. */
function screen(text: string): readonly string[] {
  const rows = [''];
  let at = 0;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '\n') {
      at += 1;
      rows[at] ??= '';
    } else if (token === `${ESCAPE}[1A`) at -= 1;
    else if (token === `${ESCAPE}[2K`) rows[at] = '';
    else if (token !== '\r') rows[at] = `${rows[at]}${token}`;
  }
  return rows;
}

function terminal(isTTY: boolean, size: { columns?: number; rows?: number } = {}) {
  const stream = Object.assign(new PassThrough(), { isTTY, ...size });
  const bytes = () => String(stream.read() ?? '');
  return { status: new StatusLine(stream), bytes };
}

describe('passing lines', () => {
  it('come and go on a terminal, below what is finished', () => {
    const { status, bytes } = terminal(true);
    status.update([], ['making cluster', 'making web']);
    status.update(['cluster made'], ['making web', 'making db', 'making x']);
    status.update(['web made'], 'making db');
    status.update(['db made']);
    expect(screen(bytes())).toEqual(
      ['cluster made', 'web made', 'db made', '', ''].slice(0, screen.length + 3),
    );
  });

  it('are not printed where nobody sees them', () => {
    const { status, bytes } = terminal(false);
    status.update(['cluster made'], ['making web']);
    status.update(['web made']);
    expect(bytes()).toBe('cluster made\nweb made\n');
  });

  it('never wrap, and never leave the screen', () => {
    const { status, bytes } = terminal(true, { columns: 21, rows: 5 });
    status.update([], ['x'.repeat(50), 'b', 'c', 'd', 'e']);
    expect(screen(bytes())).toEqual(['x'.repeat(20), 'b', '  … and 3 more']);
  });
});
