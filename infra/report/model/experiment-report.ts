// One experiment as a report shows it: its checks whole as far as they are short, and what its kind has to show. Pure.
import type { MeshObservation } from '../../experiments/mesh/observation.ts';
import type { CheckResult, ExperimentResult, Json } from '../../experiments/result.ts';
import type { JourneyObservation } from '../../journey/observation.ts';
import type { Pcapng } from '../../observe/pcapng.ts';
import { firstOf, valueText } from './cut.ts';
import { journeyReport } from './journey-report.ts';
import type { ChangeReport, CheckReport, ExperimentReport, MeshReport } from './report-model.ts';

const MOST_DIFFERENCES = 20;
const MOST_PAIRS = 50;
const MOST_CHANGES = 200;
/** Ways that differ; a lab with many sends nothing twice the same way, and the first are enough to see it. */
const MOST_JOURNEYS = 40;

/** What a journey captured, or why it could not be read. */
export type Capture = Pcapng | { readonly problem: string };

export interface ExperimentSources {
  /** Where what is cut is whole. */
  readonly resultsFile: string;
  /** Of a journey. */
  readonly capture?: Capture | undefined;
  readonly vxlanPorts: readonly number[];
}

export function experimentReport(result: ExperimentResult, sources: ExperimentSources): ExperimentReport {
  const { resultsFile: where, capture, vxlanPorts } = sources;
  const { name, kind, title, verdict, reason, faults = [], startedAt, durationMs, artifacts } = result;
  const observed = result.observed as { readonly [key: string]: Json } | null;
  const notes: string[] = [];
  const take = <T>(rows: readonly T[], most: number, noun: string): readonly T[] => {
    const { rows: taken, note } = firstOf(rows, most, noun, where);
    if (note !== undefined) notes.push(note);
    return taken;
  };
  const journey = () => {
    const whole = observed as unknown as JourneyObservation;
    const journeys = take(whole.journeys, MOST_JOURNEYS, 'ways');
    const unread = capture !== undefined && 'problem' in capture;
    if (unread) notes.push(`no captured packets: ${capture.problem}`);
    return journeyReport({ ...whole, journeys }, unread ? undefined : capture, vxlanPorts);
  };
  const mesh = (): MeshReport => {
    const { asked, answered, byNode, rtt, unanswered } = observed as unknown as MeshObservation;
    const pairs = take(unanswered, MOST_PAIRS, 'pairs that were not answered');
    return {
      ...{ asked, answered, byNode, ...(rtt && { rtt }) },
      unanswered: pairs.map(({ from, to }) => `${from} → ${to}`),
    };
  };
  const changes =
    kind === 'learning' && Array.isArray(observed?.changes)
      ? (observed.changes as unknown as LearnedRow[])
      : undefined;
  return {
    ...{ name, kind, verdict, faults, startedAt, durationMs, artifacts, notes },
    ...(title !== undefined && { title }),
    ...(reason !== undefined && { reason }),
    checks: result.checks.map((check) => checkReport(check, where)),
    ...(kind === 'journey' && observed !== null && { journey: journey() }),
    ...(kind === 'mesh' && observed !== null && { mesh: mesh() }),
    ...(changes && { changes: take(changes, MOST_CHANGES, 'rows that changed').map(changeReport) }),
  };
}

/** What is read of a row of a learning experiment's `changes`. */
interface LearnedRow {
  readonly host: string;
  readonly change: string;
  readonly text?: string;
  readonly aged?: boolean;
  readonly causedBy?: { readonly packet: string; readonly tap: string; readonly delayNs?: number } | null;
  readonly why?: string;
}

function changeReport({ host, change, text = '', aged, causedBy, why }: LearnedRow): ChangeReport {
  const later = causedBy?.delayNs === undefined ? '' : `, ${(causedBy.delayNs / 1000).toFixed(1)} µs later`;
  const cause = causedBy ? `by ${causedBy.packet} at ${causedBy.tap}${later}` : aged ? 'aged out' : why;
  return { host, change, text, ...(cause !== undefined && { cause }) };
}

function checkReport(check: CheckResult, where: string): CheckReport {
  const { name, claim, verdict, expected, observed, differences } = check;
  const { rows, note } = firstOf(differences, MOST_DIFFERENCES, 'differences', where);
  return {
    ...{ name, verdict, ...(claim !== undefined && { claim }) },
    expected: valueText(expected, where),
    observed: valueText(observed, where),
    differences: [...rows, ...(note === undefined ? [] : [note])].map((line) => valueText(line, where, 600)),
  };
}
