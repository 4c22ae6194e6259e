// What makes two rows of a table the same entry, when one counts as learned, and what of it may change.
import { HOST_TABLES } from '../changes/tables.ts';
import { isLearnedEntry } from '../entry-author.ts';
import type { NeighbourRow } from '../snapshot.ts';
import { type ConntrackRow, conntrackLine } from './conntrack.ts';
import type { FdbEntry } from './learned-state.ts';

export interface Rows {
  readonly fdb: FdbEntry;
  readonly neighbours: NeighbourRow;
  readonly conntrack: ConntrackRow;
}
export type LearnedTable = keyof Rows;

interface LearnedSpec<Row> {
  /** Two rows with the same are one entry at two moments. */
  readonly key: (row: Row) => string;
  /** Rows that say no more than if they were not there. */
  readonly isVoid: (row: Row) => boolean;
  /** Equal texts: nothing has changed. What only tells when an entry was used last is left out. */
  readonly value: (row: Row) => string;
  readonly line: (row: Row) => string;
}

export const LEARNED_TABLES: { readonly [T in LearnedTable]: LearnedSpec<Rows[T]> } = {
  fdb: {
    // A bridge has a MAC once (br_fdb.c): at another port it has moved. A device's own list may have it for each.
    key: ({ mac, dev, vlan, master, dst }) =>
      master === undefined ? [mac, vlan, dev, dst].join(' ') : [mac, vlan, 'on', master].join(' '),
    isVoid: () => false,
    value: ({ dev, dst, flags }) => [dev, dst, ...flags].join(' '),
    line: (row) => HOST_TABLES.fdb.line({ ...row, learned: false, meaning: '' }),
  },
  neighbours: {
    key: ({ dst, dev }) => `${dst} ${dev}`,
    // Without a MAC it is a question that nobody has answered; NOARP ones are computed, not learned (neighbour.c).
    isVoid: ({ mac, state }) => mac === undefined || /^(INCOMPLETE|FAILED|NOARP)$/.test(state),
    value: ({ mac, state }) => `${mac} ${state === 'PERMANENT'}`,
    line: HOST_TABLES.neighbours.line,
  },
  conntrack: {
    key: ({ protocol, src, dst, srcPort, dstPort, icmp }) =>
      JSON.stringify([protocol, src, dst, srcPort, dstPort, icmp]),
    isVoid: () => false,
    value: ({ reply, replied }) => JSON.stringify([reply, replied]),
    line: conntrackLine,
  },
};

/** Whether nobody has put the entry there but a packet. */
export function isLearned<T extends LearnedTable>(table: T, row: Rows[T]): boolean {
  if (table === 'fdb') return isLearnedEntry(row as FdbEntry);
  return table !== 'neighbours' || (row as NeighbourRow).state !== 'PERMANENT';
}
