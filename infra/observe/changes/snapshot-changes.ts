// What happened to a live lab between two pictures of it: a CNI ADD, a ping, a fault. Pure.
import type { HostSnapshot, LabSnapshot } from '../snapshot.ts';
import { HOST_TABLES, type HostTable, LAB_TABLES, type LabTable, type TableSpec } from './tables.ts';

/** One row that came, went, or has other values. */
export interface SnapshotChange {
  /** Node or pod that the row is of; absent for what belongs to the lab as a whole. */
  readonly host?: string;
  readonly table: HostTable | LabTable | 'netns';
  readonly kind: 'added' | 'removed' | 'changed';
  /** The row as the tools print it, and for a changed one the values it had and has. */
  readonly text: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Every difference, in the order of hosts and tables. Rows are matched by what identifies them in the kernel (an
 * interface by its ifindex, a route by table, destination and metric), not by their place; the order of netfilter rules
 * counts. What only tells how long ago something was used is no change. Of a pod that came or went there is one line,
 * and none for what was in it.
 */
export function snapshotChanges(before: LabSnapshot, after: LabSnapshot): readonly SnapshotChange[] {
  const ofLab = (Object.keys(LAB_TABLES) as LabTable[]).flatMap((table) =>
    tableChanges(LAB_TABLES[table] as TableSpec<unknown>, before[table], after[table]).map((change) => ({
      ...change,
      table,
    })),
  );
  const hosts = [...new Set([...Object.keys(before.hosts), ...Object.keys(after.hosts)])];
  return [
    ...ofLab,
    ...hosts.flatMap((host) => {
      const [was, is] = [before.hosts[host], after.hosts[host]];
      return was && is ? hostChanges(host, was, is) : [];
    }),
  ];
}

function hostChanges(host: string, before: HostSnapshot, after: HostSnapshot): readonly SnapshotChange[] {
  if (before.netns !== after.netns) {
    const text = `network namespace: ${before.netns ?? 'unknown'} → ${after.netns ?? 'unknown'}: everything in it is another`;
    return [{ host, table: 'netns', kind: 'changed', text, before: before.netns, after: after.netns }];
  }
  return (Object.keys(HOST_TABLES) as HostTable[]).flatMap((table) =>
    tableChanges(HOST_TABLES[table] as TableSpec<unknown>, before[table] ?? [], after[table] ?? []).map(
      (change) => ({ host, table, ...change }),
    ),
  );
}

type RowChange = Omit<SnapshotChange, 'host' | 'table'>;

function tableChanges(
  spec: TableSpec<unknown>,
  rowsBefore: readonly unknown[],
  rowsAfter: readonly unknown[],
): readonly RowChange[] {
  const telling = (rows: readonly unknown[]) => rows.filter((row) => !spec.void?.(row));
  const [before, after] = [telling(rowsBefore), telling(rowsAfter)];
  // IPv6 has the same destination once for each interface: what is as it was must not be taken for a change of another.
  const [was, is] = [keyed(spec, besides(before, after)), keyed(spec, besides(after, before))];
  const removed = [...was].flatMap(([key, row]): RowChange[] =>
    is.has(key) ? [] : [{ kind: 'removed', text: spec.line(row), before: row }],
  );
  const others = [...is].flatMap(([key, row]): RowChange[] => {
    if (!was.has(key)) return [{ kind: 'added', text: spec.line(row), after: row }];
    const old = was.get(key);
    const differs = spec.differences(old, row);
    return differs.length === 0
      ? []
      : [{ kind: 'changed', text: `${spec.line(row)}: ${differs.join(', ')}`, before: old, after: row }];
  });
  const changes = [...removed, ...others].filter(({ kind }) => !spec.onlyValues || kind === 'changed');
  if (!spec.ordered || changes.length > 0) return changes;
  const moved = spec.ordered(before, after);
  return moved.map((text) => ({ kind: 'changed', text }));
}

/** Rows that are not among the others as well, each as often as it is there more. */
function besides(rows: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  const left = new Map<string, number>();
  for (const row of others) {
    const text = JSON.stringify(row);
    left.set(text, (left.get(text) ?? 0) + 1);
  }
  return rows.filter((row) => {
    const text = JSON.stringify(row);
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

/** Rows by identity; the kernel allows some twice, which are then told apart by their place. */
function keyed(spec: TableSpec<unknown>, rows: readonly unknown[]): ReadonlyMap<string, unknown> {
  const map = new Map<string, unknown>();
  for (const row of rows) {
    const key = spec.key(row);
    let place = 0;
    while (map.has(`${key}\n${place}`)) place++;
    map.set(`${key}\n${place}`, row);
  }
  return map;
}
