// Texts of strangers on the way to a terminal.
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { guardOutput, unguarded } from '../../../scripts/cli/guard-output.ts';

/** Sets the window's title, clears the screen, asks the terminal what it is; and the same as one character of Latin-1. */
const HOSTILE = '\u001b]0;owned\u0007 \u001b[2J \u001b[c \u009b2J pass\rfail \u202egpj.exe';

function guarded() {
  const stream = new PassThrough();
  guardOutput(stream);
  return { stream, written: () => String(stream.read() ?? '') };
}

it('lets nothing through that a terminal would obey, but the styles of reports', () => {
  const { stream, written } = guarded();
  stream.write(`\u001b[1mbold\u001b[22m \u001b[31mred\u001b[39m\tand\r\n${HOSTILE}\n`);
  expect(written()).toBe(
    '\u001b[1mbold\u001b[22m \u001b[31mred\u001b[39m\tand\n' +
      '\\u001b]0;owned\\u0007 \\u001b[2J \\u001b[c \\u009b2J pass\\u000dfail \\u202egpj.exe\n',
  );
});

it('leaves JSON the value that it has', () => {
  const { stream, written } = guarded();
  stream.write(JSON.stringify({ observed: HOSTILE }));
  const text = written();
  expect(text).not.toMatch(/[\u007f-\u009f\u202e]/);
  expect(JSON.parse(text)).toEqual({ observed: HOSTILE });
});

it('passes bytes on as they are, and the texts of who takes care of them', () => {
  const { stream, written } = guarded();
  stream.write(Buffer.from('\u001b[2K'));
  unguarded(stream).write('\u001b[1A');
  expect(written()).toBe('\u001b[2K\u001b[1A');
});

it('guards a stream once', () => {
  const { stream, written } = guarded();
  guardOutput(stream);
  unguarded(stream).write('\u001b[1A');
  expect(written()).toBe('\u001b[1A');
});
