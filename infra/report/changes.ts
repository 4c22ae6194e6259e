// Changes of a live lab as text: what each host lost, got, and has otherwise.
import type { SnapshotChange } from '../observe/changes/snapshot-changes.ts';

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

/** By host, the lab as a whole first; lines without a newline at the end. */
export function changesText(changes: readonly SnapshotChange[]): string {
  if (changes.length === 0) return 'Nothing that is observed has changed.';
  return [...Map.groupBy(changes, ({ host }) => host ?? 'lab')]
    .flatMap(([host, ofHost]) => [host, ...ofHost.map(({ kind, text }) => `  ${SIGNS[kind]} ${text}`)])
    .join('\n');
}
