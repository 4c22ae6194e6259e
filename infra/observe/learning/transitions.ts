// What a netns has learned and forgotten between two readings: the readings decide, the monitors' events date it. Pure.
import type { LearnedState } from './learned-state.ts';
import { LEARNED_TABLES, type LearnedTable, type Rows } from './learned-tables.ts';
import type { LearnedEvent } from './monitor-lines.ts';

/** One entry that came, went, or has other values, and the time in which that can have happened. */
export type Transition = { readonly [T in LearnedTable]: TransitionOf<T> }[LearnedTable];

interface TransitionOf<T extends LearnedTable> {
  readonly host: string;
  readonly table: T;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: Rows[T];
  readonly after?: Rows[T];
  /**
   * Until then the entry was surely as before, ns since the epoch: when the first reading began, or the monitor told of
   * the change before this one. That change may have been a little earlier, hence `perhapsSinceNs`.
   */
  readonly sinceNs: bigint;
  readonly perhapsSinceNs: bigint;
  /** By then it had surely changed: when the monitor told of it, or the second reading ended. */
  readonly untilNs: bigint;
  /** When the monitor told of it; absent when no event was seen and only the readings differ. */
  readonly eventNs?: bigint;
  /** Of a forwarding entry that went: the bridge had not heard the MAC for its ageing time. */
  readonly aged?: true;
}

/** How much later than the change itself an event may be read on a busy machine, ns. */
const LATE_NS = 200_000_000n;
/** An event's time has lost what is less than a microsecond. */
const CUT_OFF_NS = 999n;

/**
 * Every change of one host, in the order of tables and of time. Events are played on the first reading, and what then
 * still differs from the second is added: a monitor that lost an event costs the time of a change, not the change.
 * @param after left out: what the events alone tell so far
 */
export function transitions(
  before: LearnedState,
  events: readonly LearnedEvent[],
  after?: LearnedState,
): readonly Transition[] {
  return (['fdb', 'neighbours', 'conntrack'] as const).flatMap((table) => {
    const told = events.filter((event) => event.host === before.host && event.table === table);
    return tableTransitions(table, before, told, after) as Transition[];
  });
}

function tableTransitions<T extends LearnedTable>(
  table: T,
  before: LearnedState,
  events: readonly LearnedEvent[],
  after: LearnedState | undefined,
): readonly TransitionOf<T>[] {
  const spec = LEARNED_TABLES[table];
  const now = entries(table, before);
  const last = new Map<string, bigint>();
  const found: TransitionOf<T>[] = [];
  const change = (key: string, row: Rows[T] | undefined, event?: LearnedEvent) => {
    const was = now.get(key);
    const same = was === undefined ? row === undefined : row && spec.value(was) === spec.value(row);
    if (row === undefined) now.delete(key);
    else now.set(key, row);
    if (same) return;
    const sinceNs = last.get(key) ?? before.fromNs;
    const eventNs = event && event.ns + CUT_OFF_NS;
    found.push({
      host: before.host,
      table,
      change: was === undefined ? 'added' : row === undefined ? 'removed' : 'changed',
      ...(was !== undefined && { before: was }),
      ...(row !== undefined && { after: row }),
      sinceNs,
      perhapsSinceNs: last.has(key) ? sinceNs - LATE_NS : sinceNs,
      untilNs: eventNs ?? after?.untilNs ?? before.untilNs,
      ...(eventNs !== undefined && { eventNs }),
      ...(event?.table === 'fdb' && event.deleted && event.stale && { aged: true as const }),
    });
    if (eventNs !== undefined) last.set(key, eventNs);
  };
  for (const event of events) {
    const row = event.row as Rows[T];
    change(spec.key(row), event.deleted || spec.isVoid(row) ? undefined : row, event);
  }
  if (after !== undefined) {
    const end = entries(table, after);
    for (const key of new Set([...now.keys(), ...end.keys()])) change(key, end.get(key));
  }
  return found;
}

function entries<T extends LearnedTable>(table: T, state: LearnedState): Map<string, Rows[T]> {
  const rows = state[table] as LearnedState['conntrack'] | readonly Rows[T][];
  const spec = LEARNED_TABLES[table];
  const there = 'notObserved' in rows ? [] : (rows as readonly Rows[T][]).filter((row) => !spec.isVoid(row));
  return new Map(there.map((row) => [spec.key(row), row]));
}
