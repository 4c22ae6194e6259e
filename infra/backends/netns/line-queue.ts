// Lines that arrive over time, as an async iterable that also remembers all of them.

/** Push lines in, iterate them out; one consumer. */
export class LineQueue implements AsyncIterable<string> {
  readonly #lines: string[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  push(line: string): void {
    this.#lines.push(line);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Everything so far. */
  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  async *[Symbol.asyncIterator](): AsyncIterator<string> {
    for (let next = 0; ; ) {
      const line = this.#lines[next];
      if (line !== undefined) {
        next++;
        yield line;
      } else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
