import { expect, test } from 'vitest';
import { labFile } from '../../../infra/lab/schema.ts';
import { neededTools } from '../../../scripts/cli/needed-tools.ts';
import { SYSTEM_TOOLS } from '../../../scripts/setup/system-tools.ts';

const KINDS = labFile.shape.experiments.unwrap().element.options.map((option) => option.shape.kind.value);
const lab = (...kinds: readonly string[]) =>
  ({ experiments: kinds.map((kind) => ({ kind })) }) as unknown as Parameters<typeof neededTools>[0];

test('what captures need is asked for only where there is one', () => {
  expect(neededTools(lab(), 'netns')).not.toContain('tcpdump');
  expect(neededTools(lab('ping', 'capture', 'capture'), 'netns').slice(-2)).toEqual(['ping', 'tcpdump']);
});

test('each tool is one that set-up knows how to install', () => {
  const known = SYSTEM_TOOLS.map(({ name }) => name);
  expect(known).toEqual(expect.arrayContaining([...neededTools(lab(...KINDS), 'netns')]));
});

test('a backend elsewhere needs nothing of this machine', () => {
  expect(neededTools(lab(...KINDS), 'stand-in')).toEqual([]);
});
