// What makes the network of a lab the one it is, in the same words for every instance of it: random names are symbols. Pure.
import type { Json } from '../../experiments/result.ts';
import type { HostSnapshot, LabSnapshot } from '../../observe/snapshot.ts';
import type { Symbols } from '../../observe/symbols.ts';

/** Tables that a checkpoint keeps. */
export const STATE_TABLES = [
  ...(['interfaces', 'addresses', 'sysctls', 'routes', 'rules', 'neighbours', 'fdb'] as const),
  ...(['qdiscs', 'netfilter', 'cniConfig', 'leases', 'cniCache'] as const),
] as const;
export type StateTable = (typeof STATE_TABLES)[number];

export type StateRow = Readonly<Record<string, Json>>;

/** Host → table → rows. Only the order of netfilter rules means something. */
export type LabState = Readonly<Record<string, Readonly<Partial<Record<StateTable, readonly StateRow[]>>>>>;

/**
 * Left out is what the kernel does by itself: what it has learned, what it makes of a MAC (link-local addresses), states
 * that say how long ago something was used, numbers that it draws.
 */
export function labState(snapshot: LabSnapshot, symbols: Pick<Symbols, 'known'>): LabState {
  return Object.fromEntries(
    Object.entries(snapshot.hosts).map(([name, host]) => [
      name,
      Object.fromEntries(
        STATE_TABLES.map((table) => [
          table,
          rowsOf[table](host).map((row) => symbolic(row, symbols) as StateRow),
        ]),
      ),
    ]),
  );
}

const rowsOf: { readonly [T in StateTable]: (host: HostSnapshot) => readonly object[] } = {
  interfaces: ({ interfaces }) =>
    interfaces.map(({ name, kind, mac, mtu, up, master = null, details: { state: _, ...details } }) => {
      return { name, kind, mac, mtu, up, master, details };
    }),
  addresses: ({ addresses }) => addresses.filter(({ address }) => !isLinkLocal(address)),
  sysctls: ({ sysctls }) => sysctls,
  routes: ({ routes }) => routes.filter(({ dst }) => !isLinkLocal(dst) && dst !== 'ff00::/8'),
  rules: ({ rules }) => rules,
  neighbours: ({ neighbours }) => neighbours.filter(({ state }) => state === 'PERMANENT'),
  fdb: ({ fdb }) =>
    fdb
      .filter(({ mac, learned }) => !learned && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0)
      .map(({ meaning: _, learned: __, ...row }) => row),
  qdiscs: ({ qdiscs }) => qdiscs.map(({ handle: _, ...row }) => row),
  // A chain that lets everything pass is made by whoever looks at it with iptables.
  netfilter: ({ netfilter }) => netfilter.filter(({ rule }) => !/^-P \S+ ACCEPT$/.test(rule)),
  cniConfig: ({ cniConfig }) => cniConfig.map(({ file, content = null }) => ({ file, content })),
  leases: ({ leases }) => leases,
  cniCache: ({ cniCache = [] }) => cniCache.map((file) => ({ file })),
};

function isLinkLocal(address: string): boolean {
  return /^fe80:/i.test(address);
}

function symbolic(value: unknown, symbols: Pick<Symbols, 'known'>): Json {
  if (typeof value === 'string') return symbols.known(value);
  if (Array.isArray(value)) return value.map((item) => symbolic(item, symbols));
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries
      .map(([key, inner]) => [symbols.known(key), symbolic(inner, symbols)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
