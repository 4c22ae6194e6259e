// What goes over the pipe to and from scripts/agent.pl: fields, each with its length before it, in a message with its own.

/** Bytes of a length: 32 bits, big-endian. */
const LENGTH = 4;

export type Field = string | Uint8Array;

/** One message. */
export function encodeMessage(fields: readonly Field[]): Buffer {
  const parts = fields.map((field) => (typeof field === 'string' ? Buffer.from(field) : field));
  const size = parts.reduce((sum, part) => sum + LENGTH + part.length, 0);
  const message = Buffer.allocUnsafe(LENGTH + size);
  let at = message.writeUInt32BE(size);
  for (const part of parts) {
    at = message.writeUInt32BE(part.length, at);
    message.set(part, at);
    at += part.length;
  }
  return message;
}

/** Messages out of pieces that end anywhere. */
export class MessageReader {
  #pieces: Buffer[] = [];
  #size = 0;

  /** @returns the fields of every message that is complete now */
  push(piece: Buffer): readonly (readonly Buffer[])[] {
    this.#pieces.push(piece);
    this.#size += piece.length;
    const messages: Buffer[][] = [];
    for (let next = this.#next(); next; next = this.#next()) messages.push(fieldsOf(next));
    return messages;
  }

  #next(): Buffer | undefined {
    if (this.#size < LENGTH) return undefined;
    let all = this.#pieces[0] ?? Buffer.alloc(0);
    const wanted = () => LENGTH + all.readUInt32BE();
    if (all.length < LENGTH || (wanted() > all.length && wanted() <= this.#size)) {
      all = Buffer.concat(this.#pieces);
      this.#pieces = [all];
    }
    const size = wanted();
    if (this.#size < size) return undefined;
    this.#pieces[0] = all.subarray(size);
    this.#size -= size;
    return all.subarray(LENGTH, size);
  }
}

function fieldsOf(message: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at < message.length; ) {
    const from = at + LENGTH;
    at = from + message.readUInt32BE(at);
    fields.push(message.subarray(from, at));
  }
  return fields;
}
