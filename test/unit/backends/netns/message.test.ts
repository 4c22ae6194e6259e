import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMessage, MessageReader } from '../../../../infra/backends/netns/message.ts';

test('fields of any bytes arrive as they were, wherever the pipe cuts the messages', () => {
  const messages = fc.array(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), { maxLength: 6 });
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 30 })), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map(encodeMessage));
      const reader = new MessageReader();
      const got: (readonly Buffer[])[] = [];
      let at = 0;
      for (const size of [...cuts, bytes.length + 1]) {
        got.push(...reader.push(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(got.map((fields) => fields.map((field) => [...field]))).toEqual(
        sent.map((fields) => fields.map((field) => [...field])),
      );
    }),
  );
});

test('text is UTF-8, and a length counts bytes', () => {
  expect(encodeMessage(['ä']).toString('hex')).toBe('0000000600000002c3a4');
});
