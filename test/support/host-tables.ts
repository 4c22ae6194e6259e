// What the kernel holds for every node and pod of a lab, row by row, in the form that is the same in every run; and where two
// clusters part.
import type { Cluster } from '../../infra/backends/backend.ts';
import type { Json } from '../../infra/experiments/result.ts';
import type { Lab } from '../../infra/lab/lab.ts';
import { canonicalise } from '../../infra/observe/canonical.ts';
import { observeLab } from '../../infra/observe/observe-lab.ts';

const TABLES = [
  ...(['interfaces', 'addresses', 'routes', 'rules', 'neighbours', 'fdb', 'qdiscs', 'netfilter'] as const),
  ...(['sysctls', 'cniConfig', 'leases'] as const),
];

/** `<host> <table>` → its rows as JSON texts. */
export type HostTables = ReadonlyMap<string, readonly string[]>;

export async function hostTables(cluster: Cluster, lab: Lab): Promise<HostTables> {
  const snapshot = await observeLab(cluster, lab);
  return new Map(
    Object.entries(snapshot.hosts).flatMap(([host, tables]) =>
      TABLES.map((table): [string, readonly string[]] => {
        const rows = canonicalise(tables[table], snapshot, { at: host, table }) as readonly Json[];
        return [`${host} ${table}`, rows.map((row) => JSON.stringify(row))];
      }),
    ),
  );
}

/** A row that only one of the two has. */
export interface RowDifference {
  readonly host: string;
  readonly table: string;
  readonly only: 'netns' | 'kind';
  readonly row: Readonly<Record<string, Json>>;
}

/** A row that is there twice counts twice. The order of rows within a table does not matter. */
export function tableDifferences({
  netns,
  kind,
}: Readonly<Record<'netns' | 'kind', HostTables>>): readonly RowDifference[] {
  return [...new Set([...netns.keys(), ...kind.keys()])].flatMap((key) => {
    const [host = '', table = ''] = key.split(' ');
    const [a, b] = [netns.get(key) ?? [], kind.get(key) ?? []];
    const rows = (only: RowDifference['only'], texts: readonly string[]) =>
      texts.map((text): RowDifference => ({ host, table, only, row: JSON.parse(text) }));
    return [...rows('netns', without(a, b)), ...rows('kind', without(b, a))];
  });
}

function without(rows: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return rows.filter((row) => {
    const at = left.indexOf(row);
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}
