// What a person sees when a lab is up: its pods, its veths, what the experiments found, and where to go on.
import type { ExperimentResult, LabResults } from '../experiments/result.ts';
import type { LabSnapshot } from '../observe/snapshot.ts';
import { failedExperiment, verdictWord } from './failures.ts';
import { PLAIN, type Terminal } from './paint.ts';
import { numbers, renderTable } from './table.ts';
import { count } from './words.ts';

export interface LabSummary {
  readonly results: LabResults;
  /** The lab as it stands; without it only the experiments are told. */
  readonly snapshot?: Pick<LabSnapshot, 'pods' | 'containers' | 'veths'> | undefined;
  /** As the person would write its path. Not shown when no experiment has been run: there is no such file then. */
  readonly resultsFile: string;
  /** Commands to try, each as `command` or `command  # what it shows`. */
  readonly next: readonly string[];
}

/** The whole summary, without a trailing newline. Lines are cut nowhere: only tables mind the width. */
export function summaryText(summary: LabSummary, terminal: Terminal = PLAIN): string {
  const { results, snapshot, resultsFile, next } = summary;
  const head = (text: string) => terminal.paint('bold', text);
  const failed = results.experiments.filter(({ verdict }) => verdict !== 'pass');
  return [
    ...(snapshot === undefined ? [] : [section(head('Pods'), podTable(snapshot, terminal))]),
    ...(snapshot === undefined || snapshot.veths.length === 0
      ? []
      : [section(head('Veth pairs (N and M of eth0@ifN and vethX@ifM)'), vethTable(snapshot, terminal))]),
    section(head('Experiments'), experimentTable(results.experiments, terminal)),
    ...failed.map((experiment) => failedExperiment(experiment, terminal)),
    `${head(`Lab ${results.lab}, stack ${results.stack}:`)} ${verdictLine(results, terminal)}`,
    ...(results.experiments.length === 0 ? [] : [section('Everything observed is in', `  ${resultsFile}`)]),
    ...(next.length === 0 ? [] : [section(head('Try next'), next.map((line) => `  ${line}`).join('\n'))]),
  ].join('\n\n');
}

function podTable({ pods, containers }: NonNullable<LabSummary['snapshot']>, terminal: Terminal): string {
  if (pods.length === 0) return '  none';
  const dualStack = pods.some(({ address6 }) => address6 !== undefined);
  const rows = pods.map(({ name, node, address, address6 }) => [
    name,
    node,
    address,
    ...(dualStack ? [address6] : []),
    containers.filter(({ pod }) => pod === name).length,
  ]);
  const columns = ['POD', 'NODE', 'ADDRESS', ...(dualStack ? ['IPV6 ADDRESS'] : []), numbers('CONTAINERS')];
  return table(columns, rows, terminal);
}

function vethTable({ veths }: NonNullable<LabSummary['snapshot']>, terminal: Terminal): string {
  const rows = veths.map((veth) => [
    veth.pod,
    `${veth.podIf}@if${veth.podPeerIfindex} (${veth.podIfindex})`,
    veth.matches ? '↔' : terminal.paint('red', '≠'),
    `${veth.nodeIf}@if${veth.nodePeerIfindex} (${veth.nodeIfindex})`,
    veth.node,
    veth.master,
  ]);
  return table(
    ['POD', 'IN THE POD (IFINDEX)', '', 'ON THE NODE (IFINDEX)', 'NODE', 'MASTER'],
    rows,
    terminal,
  );
}

function experimentTable(experiments: readonly ExperimentResult[], terminal: Terminal): string {
  if (experiments.length === 0) return '  none has been run';
  const rows = experiments.map((experiment) => {
    const passed = experiment.checks.filter(({ verdict }) => verdict === 'pass').length;
    const time = `${(experiment.durationMs / 1000).toFixed(2)} s`;
    return [
      verdictWord(experiment.verdict, terminal),
      experiment.name,
      experiment.kind,
      `${passed}/${experiment.checks.length}`,
      time,
      experiment.title ?? '',
    ];
  });
  return table(
    ['VERDICT', 'EXPERIMENT', 'KIND', numbers('CHECKS'), numbers('TIME'), 'TITLE'],
    rows,
    terminal,
  );
}

function verdictLine({ experiments, verdict }: LabResults, terminal: Terminal): string {
  if (experiments.length === 0) return 'no experiment has been run';
  const checks = experiments.flatMap((experiment) => experiment.checks);
  const passed = checks.filter((check) => check.verdict === 'pass').length;
  const all = `${passed} of ${count(checks.length, 'check')} passed in ${count(experiments.length, 'experiment')}`;
  return `${verdictWord(verdict, terminal)}, ${all}`;
}

function section(title: string, body: string): string {
  return `${title}\n${body}`;
}

function table(
  columns: Parameters<typeof renderTable>[0],
  rows: Parameters<typeof renderTable>[1],
  { paint, width }: Terminal,
): string {
  return renderTable(columns, rows, { width, indent: 2, decorate: (header) => paint('dim', header) });
}
