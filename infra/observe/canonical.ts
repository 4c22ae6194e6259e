// The form of an observation that is the same in every run of a lab: random names become symbols, times a mark.
import type { Json } from '../experiments/result.ts';
import type { LabSnapshot } from './snapshot.ts';
import { type Symbols, symbolsOf } from './symbols.ts';

export interface CanonicalOptions {
  /** Host that the value was read from, unless the value says so itself (`hosts.<name>`, or `at`). */
  readonly at?: string;
  /** Table that the value is, unless it says so itself. */
  readonly table?: string;
}

/** Tables whose order the kernel or the runtime leaves to chance. Rules and routes have an order that means something. */
const UNORDERED = new Set([
  // What a learning experiment observes: two hosts learn at once.
  ...['changes', 'bridged'],
  ...['interfaces', 'addresses', 'neighbours', 'fdb', 'qdiscs', 'sysctls', 'leases'],
  ...['netnsids', 'cniCache', 'cniCalls'],
]);

/** Numbers that differ from run to run, by the name of their key. */
const TIMES =
  /^(ns|rtt|time|stamp|latency|duration|elapsed|startedAt|trafficMs)$|(Ns|Ms|Time|PerSecond)$|^rtt[A-Z]/;
/** Neighbour states that only tell how long ago an entry was last used (NUD_*). */
const USED = /^(REACHABLE|STALE|DELAY|PROBE)$/;
const EPHEMERAL_PORT = 32_768;

/** Of a host: which kernel it runs on, and by what clock. */
const OF_THE_MACHINE = new Set(['bootId', 'aheadNs']);

interface Context {
  readonly host: string | undefined;
  readonly table: string | undefined;
  /** Key of the object that this value's object is under. */
  readonly parent: string | undefined;
}

/**
 * @param value plain data; bigint is taken as a number
 * @param snapshot of the same lab from the same run: it tells what the random names stand for
 * @returns the same for every run of one lab under one set of tools; keys sorted
 */
export function canonicalise(value: unknown, snapshot: LabSnapshot, options: CanonicalOptions = {}): Json {
  return walk(value, symbolsOf(snapshot), { host: options.at, table: options.table, parent: undefined });
}

function walk(value: unknown, symbols: Symbols, context: Context, key?: string): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return symbols.text(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) {
    const rows = value.map((item) => walk(item, symbols, context, key));
    const table = key !== undefined && key !== 'rows' ? key : context.table;
    if (table === 'netfilter') return byChain(rows);
    if (table === 'routes') return alikeSorted(rows);
    return table !== undefined && UNORDERED.has(table) ? sorted(rows) : rows;
  }
  return walkObject(value as Readonly<Record<string, unknown>>, symbols, context, key);
}

function walkObject(
  object: Readonly<Record<string, unknown>>,
  symbols: Symbols,
  context: Context,
  parent: string | undefined,
): Json {
  const { at, table } = object;
  const inner: Context = {
    host:
      typeof at === 'string'
        ? at
        : parent !== undefined && context.parent === 'hosts'
          ? parent
          : context.host,
    table: typeof table === 'string' && UNORDERED.has(table) ? table : context.table,
    parent,
  };
  const out: [string, Json][] = [];
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined || OF_THE_MACHINE.has(key)) continue;
    out.push([symbols.text(key), walkEntry(key, value, object, symbols, inner)]);
  }
  return Object.fromEntries(out.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function walkEntry(
  key: string,
  value: unknown,
  row: Readonly<Record<string, unknown>>,
  symbols: Symbols,
  context: Context,
): Json {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number') {
    const symbol = numberSymbol(key, number, row, symbols, context);
    if (symbol !== undefined) return symbol;
  }
  if (TIMES.test(key) && isTimes(value)) return '<time>';
  if (key === 'startedAt' && typeof value === 'string') return '<time>';
  // A path's stamps: which taps saw the packet is a fact, when they did is not.
  if (key === 'at' && isTimes(value) && typeof value === 'object') {
    const taps = Object.keys(value as object).map((tap) => symbols.text(tap));
    return Object.fromEntries(taps.toSorted().map((tap) => [tap, '<time>']));
  }
  if (key === 'state' && 'dst' in row && typeof value === 'string' && USED.test(value)) return '<learned>';
  return walk(value, symbols, context, key);
}

/** Whether it is a number, or a group of numbers such as {min, avg, max}. */
function isTimes(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) {
    const inside = Object.values(value);
    return (
      inside.length > 0 && inside.every((v) => v === null || typeof v === 'number' || typeof v === 'bigint')
    );
  }
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    (typeof value === 'string' && /^\d+$/.test(value))
  );
}

function numberSymbol(
  key: string,
  value: number,
  row: Readonly<Record<string, unknown>>,
  symbols: Symbols,
  { host, parent }: Context,
): string | number | undefined {
  const name = (k: string) => (typeof row[k] === 'string' ? (row[k] as string) : undefined);
  const netnsid = typeof row.peerNetnsid === 'number' ? row.peerNetnsid : undefined;
  switch (key) {
    case 'ifindex':
      return symbols.ifindex(host, value);
    case 'peerIfindex':
      return symbols.ifindex(symbols.peerHost(host, netnsid), value);
    case 'podIfindex':
    case 'nodePeerIfindex':
      return symbols.ifindex(name('pod'), value);
    case 'nodeIfindex':
    case 'podPeerIfindex':
      return symbols.ifindex(name('node'), value);
    case 'nodeNetnsid':
      return symbols.netnsid(name('node'), value);
    case 'netnsid':
    case 'peerNetnsid':
      return symbols.netnsid(host, value);
    case 'pid':
      return symbols.pid(value);
    case 'id':
      // ping draws the id of its echoes; the kernel that of each IPv4 packet.
      return parent === 'icmp' || parent === 'ipv4' ? '<id>' : undefined;
    case 'srcPort':
    case 'dstPort':
      return value >= EPHEMERAL_PORT ? '<port>' : undefined;
    case 'seq':
    case 'ack':
      return parent === 'tcp' ? '<number>' : undefined;
    default:
      return undefined;
  }
}

const text = (value: Json) => JSON.stringify(value);
const sorted = (rows: readonly Json[]): Json[] =>
  rows.toSorted((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));

/** IPv6 has one destination once for each interface, in the order in which the interfaces came. */
function alikeSorted(rows: readonly Json[]): Json[] {
  const key = (row: Json, index: number) => {
    const { family, table, dst, metric } = (row ?? {}) as Readonly<Record<string, Json>>;
    return family === 'inet6' ? JSON.stringify([table, dst, metric]) : `${index}`;
  };
  return [...Map.groupBy(rows.entries(), ([index, row]) => key(row, index)).values()].flatMap((alike) =>
    sorted(alike.map(([, row]) => row)),
  );
}

/** Chains come in any order, the rules of a chain in the order they are tried. */
function byChain(rows: readonly Json[]): Json[] {
  const chain = (row: Json) => {
    const { family, table, chain: name } = (row ?? {}) as Readonly<Record<string, Json>>;
    return JSON.stringify([family, table, name]);
  };
  return rows.toSorted((a, b) => (chain(a) < chain(b) ? -1 : chain(a) > chain(b) ? 1 : 0));
}
