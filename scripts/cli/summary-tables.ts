// The lab-wide tables of the summary, from what the inspect experiments have observed: observing again would cost as
// much as the experiments did. Pure.
import type { ExperimentResult, Json } from '../../infra/experiments/result.ts';
import type { LabSnapshot } from '../../infra/observe/snapshot.ts';

export type SummaryTables = Pick<LabSnapshot, 'pods' | 'containers' | 'veths'>;

/** The latest of each table; undefined when one of them was never looked at. */
export function observedTables(experiments: readonly ExperimentResult[]): SummaryTables | undefined {
  const latestFirst = experiments
    .filter(({ kind, faults }) => kind === 'inspect' && faults === undefined)
    .toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  const table = (name: string) =>
    latestFirst.map(({ observed }) => rowsOf(observed, name)).find((rows) => rows);
  const [pods, containers, veths] = ['pods', 'containers', 'veths'].map(table);
  // Written by our own inspect experiment, whose rows are those of the snapshot's tables.
  return pods && containers && veths ? ({ pods, containers, veths } as unknown as SummaryTables) : undefined;
}

function rowsOf(observed: Json, table: string): readonly Json[] | undefined {
  if (observed === null || typeof observed !== 'object' || Array.isArray(observed)) return undefined;
  const rows = (observed as { readonly [key: string]: Json })[`lab.${table}`];
  return Array.isArray(rows) ? rows : undefined;
}
