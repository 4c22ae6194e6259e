// `inspect`: one table of the live lab, as the kernel and the runtime have it now.
import { pickNetwork } from '../../../infra/cni/config-dir.ts';
import { machines } from '../../../infra/lab/machines.ts';
import { hostTables, labTables } from '../../../infra/lab/schema.ts';
import { nodeOnlyTables, tableColumns } from '../../../infra/lab/tables.ts';
import { observeHost } from '../../../infra/observe/observe-host.ts';
import { observeLab } from '../../../infra/observe/observe-lab.ts';
import type { HostSnapshot, LabSnapshot } from '../../../infra/observe/snapshot.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import { type Cell, renderTable } from '../../../infra/report/table.ts';
import { wrap } from '../../../infra/report/wrap.ts';
import { recordedLab, type StackRecord } from '../../../infra/state/stack-store.ts';
import { chooseRecord } from '../choose-stack.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';
import { unknownName } from '../unknown-name.ts';

type HostTable = (typeof hostTables)[number];
type Table = HostTable | (typeof labTables)[number];
type Row = Readonly<Record<string, unknown>>;

/** For a picture of the lab, ms. */
const OBSERVING_MS = 60_000;
const TABLES: readonly Table[] = [...hostTables, ...labTables];

/** Other words for tables that people have at hand. */
const ALSO: Readonly<Record<string, Table>> = {
  neigh: 'neighbours',
  neighbors: 'neighbours',
  links: 'interfaces',
  addr: 'addresses',
  nft: 'netfilter',
  iptables: 'netfilter',
};

/** What a table does not show, though one might look for it there. */
const NOTES: Readonly<Partial<Record<Table, string>>> = {
  cniCalls:
    'These are the runtime’s calls. What a plugin calls itself is not among them: its IPAM plugin (ptp and bridge call host-local), and the plugin that it delegates to (flannel calls bridge).',
};

export interface InspectOptions {
  readonly stack?: string;
  readonly json?: boolean;
  /** Conditions `column=value`: rows that do not have it are left out. */
  readonly where?: readonly string[];
}

/** @param at node or pod: for tables of one. Without it, those of every node and pod, each row with its host */
export async function inspect(
  word: string,
  at: string | undefined,
  options: InspectOptions,
): Promise<ExitCode> {
  const table = tableNamed(word);
  const record = await chooseRecord(options.stack, `npm run -s lab -- inspect ${word}`);
  checkPlace(table, at, record);
  const conditions = (options.where ?? []).map((text) => condition(text, table));
  const rows = (await read(record, table, at)).filter((row) => conditions.every((holds) => holds(row)));
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${page(rows)}\n`);
  const note = NOTES[table];
  // Beside the table, so that what reads the table is not in its way.
  if (note !== undefined && !options.json) {
    process.stderr.write(`${wrap(note, terminalOf(process.stderr).width)}\n`);
  }
  return EXIT.pass;
}

/** `cni-calls`, `cniCalls` and `cnicalls` are one. */
function tableNamed(word: string): Table {
  const plain = (name: string) => name.replaceAll('-', '').toLowerCase();
  const table = TABLES.find((name) => plain(name) === plain(word)) ?? ALSO[word];
  if (table) return table;
  const names = TABLES.map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  throw unknownName(`there is no table "${word}"`, word, names, 'tables');
}

const isOfHost = (table: Table): table is HostTable => (hostTables as readonly string[]).includes(table);

/** The rows of one pod or node are asked for by a column. */
function wholeLabHint(table: Table, at: string): readonly string[] {
  const columns: readonly string[] = tableColumns[table];
  const column = ['pod', 'name', 'node'].find((name) => columns.includes(name));
  return column === undefined
    ? []
    : [`npm run -s lab -- inspect ${table} --where ${column}=${at}   its rows`];
}

function checkPlace(table: Table, at: string | undefined, { definition }: StackRecord): void {
  if (at === undefined) return;
  if (!isOfHost(table))
    throw usageError(
      `the table ${table} is one for the whole lab: leave "${at}" out`,
      ...wholeLabHint(table, at),
    );
  const nodes = machines(definition);
  const pods = definition.workloads.flatMap((workload) => workload.pods);
  if (nodes.some(({ name }) => name === at)) return;
  if (!pods.some(({ name }) => name === at))
    throw unknownName(`there is no node or pod "${at}"`, at, [...nodes, ...pods], 'nodes and pods');
  if (nodeOnlyTables.includes(table))
    throw usageError(`only nodes have the table ${table}, and "${at}" is a pod`);
}

/** @throws CliError for a column that the table has not */
function condition(text: string, table: Table): (row: Row) => boolean {
  const at = text.indexOf('=');
  if (at < 1) throw usageError(`--where ${text}: a condition is <column>=<value>`);
  const [column, value] = [text.slice(0, at), text.slice(at + 1)];
  const columns = [...tableColumns[table], ...(isOfHost(table) ? ['host'] : [])];
  if (!columns.includes(column))
    throw unknownName(`the table ${table} has no column "${column}"`, column, columns, 'columns');
  return (row) => cell(row[column]) === value;
}

async function read(record: StackRecord, table: Table, at: string | undefined): Promise<readonly Row[]> {
  const options = { signal: AbortSignal.timeout(OBSERVING_MS), pickNetwork };
  return withCluster(record, async (cluster) => {
    const lab = recordedLab(record);
    if (at !== undefined) {
      const role = machines(lab).some(({ name }) => name === at) ? 'node' : 'pod';
      return rowsOf(await observeHost(cluster.host(at), role, options), table as HostTable);
    }
    const snapshot = await observeLab(cluster, lab, options);
    if (!isOfHost(table)) return snapshot[table as keyof LabSnapshot] as unknown as readonly Row[];
    return Object.entries(snapshot.hosts).flatMap(([host, own]) =>
      rowsOf(own, table).map((row) => ({ host, ...row })),
    );
  });
}

const rowsOf = (snapshot: HostSnapshot, table: HostTable) => snapshot[table] as unknown as readonly Row[];

function page(rows: readonly Row[]): string {
  if (rows.length === 0) return 'no rows';
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const { width } = terminalOf(process.stdout);
  const headers = columns.map((column) => column.replace(/[A-Z]/g, (letter) => ` ${letter}`).toUpperCase());
  return renderTable(
    headers,
    rows.map((row) => columns.map((column): Cell => cell(row[column]))),
    { width },
  );
}

/** As a person reads it; structures as JSON. */
function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(' ');
  const text = JSON.stringify(value);
  return text === '{}' ? '' : text;
}
