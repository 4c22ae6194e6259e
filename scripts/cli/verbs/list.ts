// `list`: the labs that are up, and the lab files that could be.
import { loadBackend } from '../../../infra/backends/registry.ts';
import type { Verdict } from '../../../infra/experiments/result.ts';
import { loadLab } from '../../../infra/lab/load.ts';
import { verdictWord } from '../../../infra/report/failures.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import { numbers, renderTable } from '../../../infra/report/table.ts';
import { listRecords, type StackRecord } from '../../../infra/state/stack-store.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type LabFile, listLabFiles } from '../lab-files.ts';
import { labResults } from '../lab-report.ts';
import { asTyped } from '../spelling.ts';
import { ago } from '../text.ts';

interface StandingRow {
  readonly stack: string;
  readonly lab: string;
  readonly backend: string;
  /** False: its processes are gone (a reboot, a kill). Undefined: nobody here can tell. */
  readonly alive?: boolean;
  readonly status: StackRecord['status'];
  readonly nodes: number;
  readonly pods: number;
  /** Of the latest run of every experiment, by up or verify. Undefined: none has been run. */
  readonly verdict?: Verdict;
  /** ISO 8601. */
  readonly since: string;
  readonly labFile: string;
}

interface FileRow {
  readonly name: string;
  readonly file: string;
  readonly valid: boolean;
  readonly title?: string;
  readonly nodes?: number;
  readonly pods?: number;
  readonly experiments?: number;
}

export async function list(options: { readonly json?: boolean }): Promise<ExitCode> {
  const [stacks, labs] = await Promise.all([
    listRecords().then((records) => Promise.all(records.map(standing))),
    listLabFiles().then((files) => Promise.all(files.map(described))),
  ]);
  process.stdout.write(
    options.json ? `${JSON.stringify({ stacks, labs }, null, 2)}\n` : asTyped(page(stacks, labs)),
  );
  return EXIT.pass;
}

async function standing(record: StackRecord): Promise<StandingRow> {
  const alive = await loadBackend(record.backend)
    .then((backend) => backend.isAlive(record.handle))
    .catch(() => undefined);
  const { nodes, workloads } = record.definition;
  const results = await labResults(record).catch(() => undefined);
  return {
    stack: record.stack,
    lab: record.lab,
    backend: record.backend,
    ...(alive !== undefined && { alive }),
    status: record.status,
    nodes: nodes.length,
    pods: podCount(workloads),
    ...(results && results.experiments.length > 0 && { verdict: results.verdict }),
    since: record.createdAt,
    labFile: record.labFile,
  };
}

async function described({ name, file }: LabFile): Promise<FileRow> {
  try {
    const lab = await loadLab(file);
    return {
      name,
      file,
      valid: true,
      title: lab.title,
      nodes: lab.nodes.length,
      pods: podCount(lab.workloads),
      experiments: lab.experiments.length,
    };
  } catch {
    return { name, file, valid: false };
  }
}

function podCount(workloads: readonly { readonly pods: readonly unknown[] }[]): number {
  return workloads.reduce((sum, workload) => sum + workload.pods.length, 0);
}

function page(stacks: readonly StandingRow[], labs: readonly FileRow[]): string {
  const terminal = terminalOf(process.stdout);
  const { width } = terminal;
  const now = Date.now();
  const up =
    stacks.length === 0
      ? 'No lab is up. Stand one up with: npm run up -- <lab>'
      : renderTable(
          ['STACK', 'LAB', 'BACKEND', 'STATE', numbers('NODES'), numbers('PODS'), 'VERDICT', 'FOR'],
          stacks.map((row) => [
            row.stack,
            row.lab,
            row.backend,
            state(row),
            row.nodes,
            row.pods,
            row.verdict && verdictWord(row.verdict, terminal),
            ago(row.since, now),
          ]),
          { width },
        );
  const files = renderTable(
    ['LAB FILE', numbers('NODES'), numbers('PODS'), numbers('EXPERIMENTS'), 'TITLE'],
    labs.map((row) => [
      row.name,
      row.nodes,
      row.pods,
      row.experiments,
      row.valid ? row.title : `not valid: npm run -s lab -- validate ${row.name}`,
    ]),
    { width },
  );
  return labs.length === 0 ? `${up}\n` : `${up}\n\n${files}\n`;
}

function state({ alive, status }: StandingRow): string {
  if (alive === undefined) return 'unknown';
  if (!alive) return 'dead';
  return status === 'ready' ? 'up' : status;
}
