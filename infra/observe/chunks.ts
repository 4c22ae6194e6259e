// Bytes that come in chunks, read by length. Holds the unread rest and no more.

export class Chunks {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Bytes read so far. */
  offset = 0;

  add(chunk: Buffer): void {
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#at = 0;
  }

  /** Bytes that are there. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** The bytes themselves, from `at`: for looking ahead without taking. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get at(): number {
    return this.#at;
  }

  skip(length: number): void {
    this.#at += length;
    this.offset += length;
  }
}
