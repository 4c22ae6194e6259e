// Records are read back as they were written, and whatever else is in the file does no harm.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatCacheEntry,
  formatIntent,
  parseCacheEntry,
  parseIntent,
} from '../../../infra/cni/cache-entry.ts';
import { attachmentOf, kindnet, listOf } from './fixtures.ts';

const text = fc.stringMatching(/^[A-Za-z0-9.-]{1,12}$/);
const attachment = fc
  .record({
    containerId: text,
    ifName: text,
    netns: text,
    args: fc.dictionary(text, text),
    capabilityArgs: fc.dictionary(text, fc.array(text)),
  })
  // Integer-like keys of an object come first in JavaScript: IgnoreUnknown would not.
  .map((value) => attachmentOf('', { ...value, args: { IgnoreUnknown: '1', ...value.args } }));
const stored = fc.record({
  list: fc.constantFrom(kindnet('0.3.1'), kindnet('1.0.0'), listOf([{ type: 'ptp', note: 'ü\n"' }])),
  attachment,
  result: fc.dictionary(text, text),
});

test('a cache entry', () => {
  fc.assert(
    fc.property(stored, (entry) => {
      const line = formatCacheEntry(entry);
      expect(line).not.toContain('\n');
      expect(parseCacheEntry(line)).toEqual(entry);
      expect(parseCacheEntry(line.slice(0, -1))).toBeUndefined();
    }),
  );
});

test('a record of ADDs under way keeps each configuration once', () => {
  fc.assert(
    fc.property(fc.array(stored), (entries) => {
      const begun = entries.map(({ list, attachment }) => ({ list, attachment }));
      const line = formatIntent(begun);
      expect(parseIntent(line)).toEqual(begun);
      expect(JSON.parse(line).lists.length).toBe(new Set(begun.map(({ list }) => list.source)).size);
    }),
  );
});

test('any other text is no record', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (other) => {
      expect(parseCacheEntry(other)).toBeUndefined();
      expect(parseIntent(other)).toEqual([]);
    }),
  );
});

test('an entry that libcni wrote, without arguments', () => {
  const config = Buffer.from(kindnet('0.3.1').source).toString('base64');
  const entry = `{"kind":"cniCacheV1","containerId":"c1","config":"${config}","ifName":"eth0","networkName":"kindnet","netns":"/run/netns/x","result":{"cniVersion":"0.3.1"}}`;
  expect(parseCacheEntry(entry)).toMatchObject({
    list: { name: 'kindnet' },
    attachment: { containerId: 'c1', netns: '/run/netns/x', args: {}, capabilityArgs: {} },
  });
});
