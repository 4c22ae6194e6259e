// Makes the model of a report from everything that is known of a stack. Pure.
import type { CniCall } from '../../cni/call.ts';
import type { LabResults } from '../../experiments/result.ts';
import type { LabSnapshot } from '../../observe/snapshot.ts';
import { topologyOf } from '../topology/topology.ts';
import { callFacts } from './call-facts.ts';
import { type Capture, experimentReport } from './experiment-report.ts';
import { hostFacts } from './host-facts.ts';
import type { ReportModel } from './report-model.ts';

export interface ReportSources {
  readonly results: LabResults;
  readonly title: string;
  /** The lab as it stands, and the calls that made it; or why it could not be read. */
  readonly live:
    | { readonly snapshot: LabSnapshot; readonly calls: readonly CniCall[] }
    | { readonly problem: string };
  /** Captures of journeys, by experiment. */
  readonly captures: ReadonlyMap<string, Capture>;
  readonly vxlanPorts: readonly number[];
  /** Absolute: the page may be read anywhere. */
  readonly resultsFile: string;
  /** ISO 8601. */
  readonly writtenAt: string;
}

export function reportOf(sources: ReportSources): ReportModel {
  const { results, title, live, captures, vxlanPorts, resultsFile, writtenAt } = sources;
  const { lab, stack, backend, verdict, experiments } = results;
  return {
    ...{ lab, title, stack, backend, verdict, writtenAt, resultsFile },
    ...('problem' in live ? { notRead: live.problem } : { live: liveLab(live.snapshot, live.calls) }),
    experiments: experiments.map((result) =>
      experimentReport(result, { resultsFile, capture: captures.get(result.name), vxlanPorts }),
    ),
  };
}

function liveLab(snapshot: LabSnapshot, calls: readonly CniCall[]): NonNullable<ReportModel['live']> {
  const pods = new Map(snapshot.attachments.map(({ containerId, pod }) => [containerId, pod]));
  return {
    topology: topologyOf(snapshot),
    hosts: hostFacts(snapshot),
    calls: callFacts(calls, pods, 'the stack’s call trace'),
  };
}
