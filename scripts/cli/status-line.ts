// Lines for a person who waits: on a terminal the last one comes and goes, elsewhere only what is finished is printed.
import type { Writable } from 'node:stream';

const ERASE_LINE = '\r\u001b[2K';

export class StatusLine {
  readonly #out: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  #shown = false;

  constructor(out: NodeJS.WriteStream | Writable = process.stdout) {
    this.#out = out;
  }

  /** Prints lines for good, then the passing one (when there is one and this is a terminal). */
  update(lines: readonly string[], passing?: string): void {
    let text = this.#shown ? ERASE_LINE : '';
    this.#shown = false;
    for (const line of lines) text += `${line}\n`;
    if (passing !== undefined && this.#out.isTTY) {
      // A wrapped line could not be erased.
      text += passing.slice(0, Math.max(20, (this.#out.columns || 80) - 1));
      this.#shown = true;
    }
    if (text !== '') this.#out.write(text);
  }
}
