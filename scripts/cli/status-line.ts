// Lines for a person who waits: on a terminal the last ones come and go, elsewhere only what is finished is printed.

import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { printable, printableWithStyles } from '../../infra/util/printable.ts';
import { unguarded } from './guard-output.ts';

const ERASE_LINE = '\r\u001b[2K';
const ERASE_LINE_ABOVE = '\u001b[1A\u001b[2K';
/** Where nobody knows how large the terminal is. */
const COLUMNS = 80;
const ROWS = 24;

export class StatusLine {
  readonly #out: Writable & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
  /** Passing lines that are on the screen. */
  #shown = 0;

  constructor(out: NodeJS.WriteStream | Writable = process.stdout) {
    this.#out = unguarded(out);
  }

  /** Whether somebody sees passing lines. */
  get isLive(): boolean {
    return this.#out.isTTY === true;
  }

  /** Prints lines for good, then the passing ones (when there are any and this is a terminal). */
  update(lines: readonly string[], passing: string | readonly string[] = []): void {
    let text = this.#shown === 0 ? '' : ERASE_LINE + ERASE_LINE_ABOVE.repeat(this.#shown - 1);
    this.#shown = 0;
    for (const line of lines) text += `${printableWithStyles(line)}\n`;
    const live = this.isLive ? this.#fitting(typeof passing === 'string' ? [passing] : passing) : [];
    if (live.length > 0) {
      text += live.join('\n');
      this.#shown = live.length;
    }
    if (text !== '') this.#out.write(text);
  }

  /** A wrapped line could not be erased, and neither could one that has left the screen. */
  #fitting(lines: readonly string[]): readonly string[] {
    const most = Math.max(1, (this.#out.rows || ROWS) - 2);
    const shown =
      lines.length <= most ? lines : [...lines.slice(0, most - 1), `  … and ${lines.length - most + 1} more`];
    const width = Math.max(20, (this.#out.columns || COLUMNS) - 1);
    return shown.map((line) => printable(stripVTControlCharacters(line)).slice(0, width));
  }
}
