// What the command line writes to a terminal: whatever is in its texts, the terminal gets lines and our own styles.
import type { Writable } from 'node:stream';
import { printableWithStyles } from '../../infra/util/printable.ts';

const originals = new WeakMap<object, Writable['write']>();

/** From now on texts that are written to it are made printable. Bytes are not ours (a command's own output) and pass. */
export function guardOutput(stream: Writable): void {
  if (originals.has(stream)) return;
  const write = stream.write.bind(stream) as Writable['write'];
  originals.set(stream, write);
  stream.write = ((chunk: unknown, ...rest: readonly []) =>
    write(typeof chunk === 'string' ? printableWithStyles(chunk) : chunk, ...rest)) as Writable['write'];
}

/** The stream for who moves the cursor, and takes care of the texts by themselves. */
export function unguarded<T extends Writable>(stream: T): T {
  const write = originals.get(stream);
  return write ? Object.create(stream, { write: { value: write } }) : stream;
}
