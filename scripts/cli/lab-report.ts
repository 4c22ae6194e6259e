// What a person sees when a lab is up.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { LabResults } from '../../infra/experiments/result.ts';
import { composeResults, readResults, resultsFile } from '../../infra/experiments/results-store.ts';
import { terminalOf } from '../../infra/report/paint.ts';
import { summaryText } from '../../infra/report/text.ts';
import { readRecord, recordedLab, resultsDir, type StackRecord } from '../../infra/state/stack-store.ts';
import { withCluster } from './live-lab.ts';
import { asTyped } from './spelling.ts';
import { observedTables, type SummaryTables } from './summary-tables.ts';
import { shortPath } from './text.ts';

export interface LabReport {
  readonly text: string;
  readonly results: LabResults;
}

/** Of everything stored for the stack, in the order of the lab file. */
export async function labResults(record: StackRecord): Promise<LabResults> {
  const order = record.definition.experiments.map(({ name }) => name);
  return composeResults(record, await readResults(resultsDir(record.stack), order));
}

/** Undefined when nothing stands under the stack. */
export async function labReport(stack: string): Promise<LabReport | undefined> {
  const record = await readRecord(stack);
  if (!record) return undefined;
  const results = await labResults(record);
  const snapshot = observedTables(results.experiments) ?? (await observe(record));
  const summary = {
    results,
    snapshot,
    resultsFile: shortPath(resultsFile(resultsDir(stack))),
    next: nextSteps(record, snapshot?.pods ?? []),
  };
  return { text: asTyped(summaryText(summary, terminalOf(process.stdout))), results };
}

/** A lab that cannot be read now is still worth the rest of the summary. */
async function observe(record: StackRecord): Promise<SummaryTables | undefined> {
  const [{ observeLab }, { pickNetwork }] = await Promise.all([
    import('../../infra/observe/observe-lab.ts'),
    import('../../infra/cni/config-dir.ts'),
  ]);
  const options = { signal: AbortSignal.timeout(30_000), pickNetwork };
  return await withCluster(record, (cluster) => observeLab(cluster, recordedLab(record), options)).catch(
    () => undefined,
  );
}

/** @param live where the pods are: IPAM may have given them other addresses than the lab asks for */
export function nextSteps(
  { stack, labFile, definition }: Pick<StackRecord, 'stack' | 'labFile' | 'definition'>,
  live: SummaryTables['pods'],
): readonly string[] {
  const [node] = definition.nodes;
  const pods = definition.workloads.flatMap((workload) => workload.pods);
  const [pod, other] = pods;
  const address = live.find(({ name }) => name === other?.name)?.address ?? other?.address;
  const guide = path.join(path.dirname(labFile), 'README.md');
  const at = (target: string, command: string) =>
    `npm run -s lab -- exec ${target} --stack ${stack} -- ${command}`;
  return [
    ...(node ? [`${at(node.name, 'ip route')}  # routes of a node`] : []),
    ...(pod && other
      ? [
          ...(address ? [`${at(pod.name, `ping -c 1 ${address}`)}  # from pod to pod`] : []),
          `npm run -s lab -- trace ${pod.name} ${other.name} --stack ${stack}  # the way it takes, and the rule behind each step`,
        ]
      : []),
    ...(definition.experiments.length === 0
      ? []
      : [
          `npm run -s lab -- results ${stack} --all  # every check, and what it saw`,
          `npm run -s lab -- verify --stack ${stack}  # the experiments again, on the lab as it stands`,
        ]),
    ...(existsSync(guide) ? [`npm run -s lab -- guide --stack ${stack}  # the guide, step by step`] : []),
    `npm run down -- --stack ${stack}  # when you are done`,
  ];
}
