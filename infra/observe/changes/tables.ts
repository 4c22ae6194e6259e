// What identifies a row of each table, what of it may change, and how a person is told.
import { isDeepStrictEqual } from 'node:util';
import {
  addressLine,
  fdbLine,
  interfaceLine,
  neighbourLine,
  qdiscLine,
  routeLine,
  ruleLine,
} from '../lines.ts';
import type { HostSnapshot, LabSnapshot, NetfilterRow } from '../snapshot.ts';

export interface TableSpec<Row> {
  /** Two rows with the same are the same thing at two moments. */
  readonly key: (row: Row) => string;
  readonly line: (row: Row) => string;
  /** Each value that is another, in words. */
  readonly differences: (before: Row, after: Row) => readonly string[];
  /** Rows that say no more than if they were not there. */
  readonly void?: (row: Row) => boolean;
  /** Rows come and go with an interface: only another value is news. */
  readonly onlyValues?: true;
  /** For tables whose order means something: what is in another order, when the rows are the same. */
  readonly ordered?: (before: readonly Row[], after: readonly Row[]) => readonly string[];
}

/** Left out is what is here in another form: veths, attachments, netnsids, and what predictions are made from. */
export type HostTable = Exclude<
  keyof HostSnapshot,
  'netns' | 'netnsids' | 'forwarding' | 'bootId' | 'aheadNs'
>;
export type LabTable = 'nodes' | 'pods' | 'containers' | 'cniCalls';

type RowOf<T> = T extends readonly (infer Row)[] ? Row : never;
type Specs<S, K extends keyof S> = { readonly [T in K]: TableSpec<RowOf<NonNullable<S[T]>>> };

/** NUD_REACHABLE to NUD_PROBE: they tell when an entry was last used, and pass into each other by themselves. */
const USED = new Set(['REACHABLE', 'STALE', 'DELAY', 'PROBE']);

export const HOST_TABLES: Specs<HostSnapshot, HostTable> = {
  interfaces: {
    key: ({ ifindex }) => `${ifindex}`,
    line: interfaceLine,
    differences: fields('name', 'peerIfindex', 'kind', 'mac', 'mtu', 'state', 'up', 'master', 'details'),
  },
  addresses: {
    key: ({ dev, address, prefix }) => `${dev} ${address}/${prefix}`,
    line: addressLine,
    differences: fields('scope'),
  },
  // The order of routes is the kernel's own: it prints a table sorted.
  routes: {
    key: ({ family, table, dst, metric }) => [family, table, dst, metric].join(' '),
    line: (row) => `route ${routeLine(row).replaceAll(/\s+/g, ' ')}`,
    differences: fields('type', 'via', 'dev', 'src', 'scope', 'protocol', 'onlink', 'nexthops'),
  },
  rules: {
    key: ({ family, priority, src, dst, fwmark }) => [family, priority, src, dst, fwmark].join(' '),
    line: (row) => `${row.family === 'inet6' ? 'IPv6 ' : ''}rule ${ruleLine(row)}`,
    differences: fields('table'),
  },
  neighbours: {
    key: ({ dst, dev }) => `${dst} ${dev}`,
    line: (row) => `neighbour ${neighbourLine(row)}`,
    differences: (before, after) =>
      fields<typeof before>('mac', 'state')(
        { ...before, state: whenUsed(before.state) },
        { ...after, state: whenUsed(after.state) },
      ),
  },
  fdb: {
    key: ({ mac, dev, vlan, flags }) => [mac, dev, vlan, flags.includes('self')].join(' '),
    line: (row) => `forwarding entry ${fdbLine(row)}`,
    differences: fields('dst', 'master', 'flags'),
  },
  qdiscs: {
    key: ({ dev, parent }) => `${dev} ${parent ?? 'root'}`,
    line: (row) => `qdisc ${qdiscLine(row)}`,
    differences: fields('kind', 'handle', 'rateBps', 'burstBytes'),
  },
  netfilter: {
    key: ({ family, table, chain, rule }) => [family, table, chain, rule].join('\n'),
    line: netfilterLine,
    // A chain that exists and lets everything pass: iptables makes all of a table's when it is first asked.
    void: ({ rule }) => /^-P \S+ ACCEPT$/.test(rule),
    differences: () => [],
    ordered: (before, after) => reordered(before, after),
  },
  sysctls: {
    key: ({ name }) => name,
    line: ({ name }) => `sysctl ${name}`,
    differences: fields('value'),
    onlyValues: true,
  },
  cniConfig: {
    key: ({ file }) => file,
    line: ({ file, picked }) => `CNI configuration ${file}${picked ? ' (the one in use)' : ''}`,
    differences: fields('picked', 'content'),
  },
  leases: {
    key: ({ path }) => path,
    line: ({ address, network, containerId, ifName }) =>
      `lease of ${address} (${network}) for ${short(containerId)} ${ifName}`.trimEnd(),
    differences: fields('containerId', 'ifName'),
  },
  cniCache: {
    key: (name) => name,
    line: (name) => `cached CNI result ${name}`,
    differences: () => [],
  },
};

export const LAB_TABLES: Specs<LabSnapshot, LabTable> = {
  nodes: {
    key: ({ name }) => name,
    line: ({ name, role, address }) => `node ${name} (${role}, ${address})`,
    differences: fields('role', 'address', 'podCIDR', 'address6', 'podCIDR6', 'inKernel'),
  },
  pods: {
    key: ({ name }) => name,
    line: ({ name, node, address, hostVeth }) => `pod ${name} on ${node}: ${address}, host end ${hostVeth}`,
    differences: fields('node', 'address', 'address6', 'mac', 'hostVeth', 'netns', 'pid'),
  },
  containers: {
    key: ({ pod, name }) => `${pod}/${name}`,
    line: ({ pod, name, pid }) => `container ${pod}/${name} (PID ${pid})`,
    differences: fields('id', 'pid', 'netns'),
  },
  cniCalls: {
    key: ({ order }) => `${order}`,
    line: ({ command, plugin, pod, node, exitCode }) =>
      `CNI ${command} by ${plugin} for ${pod} on ${node}${exitCode === 0 ? '' : ` failed (exit code ${exitCode})`}`,
    differences: () => [],
  },
};

/** Compares these fields, and says for each that differs what it was and is. */
function fields<Row>(...names: readonly (keyof Row & string)[]): TableSpec<Row>['differences'] {
  return (before, after) =>
    names.flatMap((name) =>
      isDeepStrictEqual(before[name], after[name])
        ? []
        : [`${name} ${word(before[name])} → ${word(after[name])}`],
    );
}

function word(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function whenUsed(state: string): string {
  return USED.has(state) ? 'in use' : state;
}

function netfilterLine({ family, table, chain, rule }: NetfilterRow): string {
  return `${family} ${table} ${chain}: ${rule}`;
}

function reordered(before: readonly NetfilterRow[], after: readonly NetfilterRow[]): readonly string[] {
  const chains = (rows: readonly NetfilterRow[]) =>
    Map.groupBy(rows, ({ family, table, chain }) => `${family} ${table} ${chain}`);
  const was = chains(before);
  return [...chains(after)].flatMap(([chain, rows]) =>
    isDeepStrictEqual(was.get(chain), rows) ? [] : [`${chain}: its rules are in another order`],
  );
}

function short(containerId: string): string {
  return containerId.slice(0, 12);
}
