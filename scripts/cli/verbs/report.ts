// `report`: a stack's lab and what its experiments found, as one HTML file that needs nothing else.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ExperimentResult } from '../../../infra/experiments/result.ts';
import { resultsFile } from '../../../infra/experiments/results-store.ts';
import type { Pcapng } from '../../../infra/observe/pcapng.ts';
import { reportPage } from '../../../infra/report/html/page.ts';
import { type ReportSources, reportOf } from '../../../infra/report/model/report-of.ts';
import { recordedLab, resultsDir, type StackRecord } from '../../../infra/state/stack-store.ts';
import { writeAtomic } from '../../../infra/util/write-atomic.ts';
import { chooseRecord } from '../choose-stack.ts';
import { environmentError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { labResults } from '../lab-report.ts';
import { withCluster } from '../live-lab.ts';
import { shortPath } from '../text.ts';

export interface ReportOptions {
  readonly stack?: string;
  readonly output?: string;
}

/** For looking at the lab, ms. */
const OBSERVING_MS = 120_000;
/** A larger capture is left out: reading it would take longer than it is worth, and Wireshark is better at it. Bytes. */
const LARGEST_CAPTURE = 16 * 1024 * 1024;

/** The exit code is 0 when it was written, whatever it says. The path goes to standard output, all else to standard error. */
export async function report({ stack, output }: ReportOptions): Promise<ExitCode> {
  const record = await chooseRecord(stack, 'npm run -s lab -- report');
  const [results, live] = await Promise.all([labResults(record), look(record)]);
  if ('problem' in live) {
    process.stderr.write(
      `cnilab: the lab cannot be read, so the report has no drawing of it: ${live.problem}\n`,
    );
  }
  const { network, title } = record.definition;
  const page = reportPage(
    reportOf({
      ...{ results, title, live },
      captures: await capturesOf(record, results.experiments),
      vxlanPorts: network === undefined ? [] : [network.port],
      resultsFile: shortPath(resultsFile(resultsDir(record.stack))),
      writtenAt: new Date().toISOString(),
    }),
  );
  const file = path.resolve(output ?? `${record.stack}-report.html`);
  await writeAtomic(file, page).catch((error: Error) => {
    throw environmentError(
      error.message,
      'npm run -s lab -- report -o <file.html>   writes it somewhere else',
    );
  });
  process.stderr.write(`Report of lab ${record.lab}, stack ${record.stack} (${kilobytes(page)} kB):\n`);
  process.stdout.write(`${shortPath(file)}\n`);
  return EXIT.pass;
}

/** Results are worth a page without the lab, too. */
async function look(record: StackRecord): Promise<ReportSources['live']> {
  const [{ observeLab }, { pickNetwork }] = await Promise.all([
    import('../../../infra/observe/observe-lab.ts'),
    import('../../../infra/cni/config-dir.ts'),
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
  const { readPcapng } = await import('../../../infra/observe/pcapng.ts');
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

const kilobytes = (text: string) => Math.ceil(Buffer.byteLength(text) / 1000);
