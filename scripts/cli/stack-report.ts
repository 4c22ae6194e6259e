// The report of a stack as a page: its results, its captures, and its lab as it stands, where it can be read.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ExperimentResult } from '../../infra/experiments/result.ts';
import { resultsFile } from '../../infra/experiments/results-store.ts';
import { observeLab } from '../../infra/observe/observe-lab.ts';
import { readPcapng } from '../../infra/observe/pcapng.ts';
import { reportPage } from '../../infra/report/html/page.ts';
import type { Capture } from '../../infra/report/model/experiment-report.ts';
import { type ReportSources, reportOf } from '../../infra/report/model/report-of.ts';
import { recordedLab, resultsDir, type StackRecord } from '../../infra/state/stack-store.ts';
import { labResults } from './lab-report.ts';
import { withCluster } from './live-lab.ts';

/** For looking at the lab, ms. */
const OBSERVING_MS = 120_000;
/** A larger capture is left out: reading it would take longer than it is worth, and Wireshark is better at it. MiB. */
const LARGEST_CAPTURE = 16;
const MIB = 1024 * 1024;

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
  const options = { signal: AbortSignal.timeout(OBSERVING_MS) };
  try {
    return await withCluster(record, async (cluster) => ({
      snapshot: await observeLab(cluster, recordedLab(record), options),
      calls: await cluster.cniCalls(),
    }));
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

async function capturesOf({ stack }: StackRecord, experiments: readonly ExperimentResult[]) {
  const captures = experiments
    .filter(({ kind }) => kind === 'journey')
    .flatMap(({ name, artifacts }) => artifacts.slice(0, 1).map((artifact) => ({ name, artifact })));
  return new Map(
    await Promise.all(
      captures.map(
        async ({ name, artifact }) => [name, await readCapture(resultsDir(stack), artifact)] as const,
      ),
    ),
  );
}

/** A journey says as much without the bytes of its packets, but not why they are missing. */
async function readCapture(directory: string, artifact: string): Promise<Capture> {
  const file = path.join(directory, artifact);
  try {
    const { size } = await stat(file);
    if (size <= LARGEST_CAPTURE * MIB) return readPcapng(await readFile(file));
    return { problem: `${artifact}: ${Math.ceil(size / MIB)} MiB, more than ${LARGEST_CAPTURE}` };
  } catch (error) {
    return { problem: `${artifact}: ${(error as Error).message}` };
  }
}
