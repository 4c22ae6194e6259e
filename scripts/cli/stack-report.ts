// The report of a stack as a page: its results, its captures, and its lab as it stands, where it can be read.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ExperimentResult } from '../../infra/experiments/result.ts';
import { resultsFile } from '../../infra/experiments/results-store.ts';
import type { Pcapng } from '../../infra/observe/pcapng.ts';
import { reportPage } from '../../infra/report/html/page.ts';
import { type ReportSources, reportOf } from '../../infra/report/model/report-of.ts';
import { recordedLab, resultsDir, type StackRecord } from '../../infra/state/stack-store.ts';
import { labResults } from './lab-report.ts';
import { withCluster } from './live-lab.ts';

/** For looking at the lab, ms. */
const OBSERVING_MS = 120_000;
/** A larger capture is left out: reading it would take longer than it is worth, and Wireshark is better at it. Bytes. */
const LARGEST_CAPTURE = 16 * 1024 * 1024;

export interface StackReport {
  /** HTML. */
  readonly page: string;
  /** Why the lab could not be read: the page is then without a drawing. */
  readonly problem?: string;
}

export async function stackReport(record: StackRecord): Promise<StackReport> {
  const [results, live] = await Promise.all([labResults(record), look(record)]);
  const { network, title } = record.definition;
  const page = reportPage(
    reportOf({
      ...{ results, title, live },
      captures: await capturesOf(record, results.experiments),
      vxlanPorts: network === undefined ? [] : [network.port],
      resultsFile: resultsFile(resultsDir(record.stack)),
      writtenAt: new Date().toISOString(),
    }),
  );
  return { page, ...('problem' in live && { problem: live.problem }) };
}

/** Results are worth a page without the lab, too. */
async function look(record: StackRecord): Promise<ReportSources['live']> {
  const [{ observeLab }, { pickNetwork }] = await Promise.all([
    import('../../infra/observe/observe-lab.ts'),
    import('../../infra/cni/config-dir.ts'),
  ]);
  const options = { signal: AbortSignal.timeout(OBSERVING_MS), pickNetwork };
  try {
    return await withCluster(record, async (cluster) => ({
      snapshot: await observeLab(cluster, recordedLab(record), options),
      calls: await cluster.cniCalls(),
    }));
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

async function capturesOf(record: StackRecord, experiments: readonly ExperimentResult[]) {
  const { readPcapng } = await import('../../infra/observe/pcapng.ts');
  const found = await Promise.all(
    experiments
      .filter(({ kind }) => kind === 'journey')
      .map(async ({ name, artifacts }): Promise<(readonly [string, Pcapng])[]> => {
        const [artifact] = artifacts;
        if (artifact === undefined) return [];
        const file = path.join(resultsDir(record.stack), artifact);
        // A journey says as much without the bytes of its packets.
        const size = await stat(file).then(
          ({ size: bytes }) => bytes,
          () => Number.POSITIVE_INFINITY,
        );
        if (size > LARGEST_CAPTURE) return [];
        return [[name, readPcapng(await readFile(file))]];
      }),
  );
  return new Map(found.flat());
}
