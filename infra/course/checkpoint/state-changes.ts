// Where two states of a lab differ, row by row. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../experiments/result.ts';
import { addressLine, fdbLine, neighbourLine, qdiscLine, routeLine, ruleLine } from '../../observe/lines.ts';
import { type LabState, STATE_TABLES, type StateRow, type StateTable } from './lab-state.ts';

export interface StateChange {
  readonly host: string;
  readonly table: StateTable;
  /** A row with other values is one that went and one that came. */
  readonly kind: 'added' | 'removed';
  readonly row: StateRow;
}

/** From one to the other. In netfilter a chain whose rules are in another order is as if all of them were others. */
export function stateChanges(from: LabState, to: LabState): readonly StateChange[] {
  const hosts = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return hosts.flatMap((host) =>
    STATE_TABLES.flatMap((table) => {
      const [was, is] = [from[host]?.[table] ?? [], to[host]?.[table] ?? []];
      const [removed, added] = table === 'netfilter' ? chains(was, is) : [besides(was, is), besides(is, was)];
      return [
        ...removed.map((row): StateChange => ({ host, table, kind: 'removed', row })),
        ...added.map((row): StateChange => ({ host, table, kind: 'added', row })),
      ];
    }),
  );
}

type Rows = readonly StateRow[];

/** Rows that are not among the others as well, each as often as it is there more. */
function besides(rows: Rows, others: Rows): Rows {
  const left = new Map<string, number>();
  for (const row of others) left.set(textOf(row), (left.get(textOf(row)) ?? 0) + 1);
  return rows.filter((row) => {
    const count = left.get(textOf(row)) ?? 0;
    left.set(textOf(row), count - 1);
    return count <= 0;
  });
}

function chains(was: Rows, is: Rows): readonly [Rows, Rows] {
  const removed = besides(was, is);
  const added = besides(is, was);
  const chain = ({ family, table, chain: name }: StateRow) => `${family} ${table} ${name}`;
  const before = Map.groupBy(was, chain);
  const moved = [...Map.groupBy(is, chain)].filter(([name, rows]) => {
    const old = before.get(name) ?? [];
    const same = besides(old, rows).length === 0 && besides(rows, old).length === 0;
    return same && old.map(textOf).join() !== rows.map(textOf).join();
  });
  return [
    [...removed, ...moved.flatMap(([name]) => before.get(name) ?? [])],
    [...added, ...moved.flatMap(([, rows]) => rows)],
  ];
}

function textOf(row: StateRow): string {
  return JSON.stringify(row);
}

/**
 * A line a change, as the tools print the row: `n1: - route 10.244.1.0/24 via …`. A row that went and came with other
 * values is one line, where a name says that it is the same: `n1: ~ sysctl net.ipv4.ip_forward: value 1 → 0`. Of an
 * interface that came or went there is one line, and none for what went with it. Symbols stay what they are.
 */
export function changeLines(changes: readonly StateChange[]): readonly string[] {
  const key = ({ host, table, row }: StateChange) => [host, table, row.name ?? row.file].join('\n');
  const named = changes.filter(({ row }) => row.name !== undefined || row.file !== undefined);
  const gone = new Map(named.filter(({ kind }) => kind === 'removed').map((one) => [key(one), one]));
  const came = new Map(named.filter(({ kind }) => kind === 'added').map((one) => [key(one), one]));
  const whole = changes.filter(
    (change) => change.table === 'interfaces' && !(gone.has(key(change)) && came.has(key(change))),
  );
  const goesWith = ({ host, table, kind, row }: StateChange) =>
    table !== 'interfaces' &&
    whole.some((link) => {
      const dev = `${link.row.name}`;
      if (link.host !== host || link.kind !== kind) return false;
      return row.dev === dev || (table === 'sysctls' && `${row.name}`.includes(`.${swapped(dev)}.`));
    });
  return changes.flatMap((change) => {
    if (goesWith(change)) return [];
    const [before, after] = [gone.get(key(change)), came.get(key(change))];
    if (!before || !after) return [changeLine(change)];
    if (change !== after) return [];
    const { host, table, row } = after;
    const values = Object.keys(row).flatMap((field) => difference(field, before.row[field], row[field]));
    return [`${host}: ~ ${WORDS[table] ?? table} ${row.name ?? row.file}: ${values.join(', ')}`];
  });
}

/** As sysctl(8) writes an interface's name. */
function swapped(dev: string): string {
  return dev.replaceAll('.', '/');
}

const WORDS: Partial<Record<StateTable, string>> = {
  interfaces: 'interface',
  sysctls: 'sysctl',
  cniConfig: 'CNI configuration',
};

function difference(field: string, before: Json | undefined, after: Json | undefined): readonly string[] {
  if (isDeepStrictEqual(before, after)) return [];
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject(before) && isObject(after)) {
    const [was, is] = [before as StateRow, after as StateRow];
    return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((inner) =>
      difference(inner, was[inner], is[inner]),
    );
  }
  return [`${field} ${word(before)} → ${word(after)}`];
}

function word(value: Json | undefined): string {
  if (value === undefined || value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function changeLine({ host, table, kind, row }: StateChange): string {
  return `${host}: ${kind === 'added' ? '+' : '-'} ${rowLine(table, row)}`;
}

/** The rows are those of a snapshot's tables, less what `labState` leaves out. */
function rowLine(table: StateTable, row: StateRow): string {
  const as = <T>() => row as unknown as T;
  switch (table) {
    case 'interfaces':
      return `interface ${row.name} ${row.kind} mtu ${row.mtu}${row.master === null ? '' : ` master ${row.master}`} ${row.up ? 'up' : 'down'}`;
    case 'addresses':
      return `address ${addressLine(as())}`;
    case 'routes':
      return `route ${routeLine(as()).replaceAll(/\s+/g, ' ')}`;
    case 'rules':
      return `rule ${ruleLine(as())}`;
    case 'neighbours':
      return `neighbour ${neighbourLine(as())}`;
    case 'fdb':
      return `forwarding entry ${fdbLine(as())}`;
    case 'qdiscs':
      return `qdisc ${qdiscLine({ ...as<Parameters<typeof qdiscLine>[0]>(), handle: '' })}`;
    case 'sysctls':
      return `sysctl ${row.name} = ${row.value}`;
    case 'netfilter':
      return `${row.family} ${row.table} ${row.chain}: ${row.rule}`;
    case 'cniConfig':
      return `CNI configuration ${row.file}`;
    case 'leases':
      return `lease of ${row.address} (${row.network})`;
    case 'cniCache':
      return `cached CNI result ${row.file}`;
  }
}
