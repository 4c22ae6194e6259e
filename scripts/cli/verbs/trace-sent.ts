// `trace --send`: the path foretold, then sent and seen: a journey experiment that is in no lab file.
import { createExperimentRun } from '../../../infra/experiments/experiment-run.ts';
import type { JourneyObservation } from '../../../infra/journey/observation.ts';
import type { LabExperiment } from '../../../infra/lab/lab.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import { recordedLab, resultsDir, type StackRecord } from '../../../infra/state/stack-store.ts';
import { CliError, environmentError } from '../cli-error.ts';
import { onStopRequests } from '../engine/stop-requests.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';
import { asTyped } from '../spelling.ts';
import { journeyOutput } from './journey.ts';
import type { TraceOptions } from './trace.ts';

/** @throws CliError when nothing could be sent or seen at all */
export async function traceSent(
  record: StackRecord,
  from: string,
  to: string,
  count: number,
  options: TraceOptions,
): Promise<ExitCode> {
  const experiment: LabExperiment = {
    kind: 'journey',
    name: `trace-${from}-${to.replaceAll(/[^a-z0-9]/g, '-')}`,
    onFailure: 'fail',
    ping: {
      ...{ from, to, count, interval: 0.2, timeout: 1, dontFragment: options.df ?? false },
      ...(options.ipv6 && { family: 6 as const }),
      ...(options.size !== undefined && { size: options.size }),
    },
    taps: [],
    forget: [],
    before: [],
    checks: [],
  };
  const abort = new AbortController();
  const ignore = onStopRequests(() => abort.abort());
  try {
    const result = await withCluster(record, (cluster) =>
      createExperimentRun()(experiment, {
        ...{ cluster, lab: recordedLab(record), resultsDir: resultsDir(record.stack) },
        signal: abort.signal,
      }),
    );
    if (result.observed === null) throw environmentError(result.reason ?? 'nothing was observed');
    const observed = result.observed as unknown as JourneyObservation;
    process.stdout.write(journeyOutput(observed, options, terminalOf(process.stdout)));
    if (result.verdict === 'fail' && !options.json && !options.mermaid) {
      process.stdout.write(asTyped(`\n${nextSteps(record.stack, observed, options).join('\n')}\n`));
    }
    if (result.reason !== undefined) process.stderr.write(`inconclusive: ${result.reason}\n`);
    return exitCodeOf(result.verdict);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    throw new CliError('stopped; the lab stands as it did', [], EXIT.interrupted, { cause: error });
  } finally {
    ignore();
  }
}

/** A packet may be too long because the sender wanted it so, or because an interface carries less than it should. */
function nextSteps(stack: string, { evidence }: JourneyObservation, { df, size }: TraceOptions) {
  const tooLong = evidence.kernel.words.includes('(mtu)');
  return [
    ...(tooLong && size !== undefined ? ['→ a smaller --size fits'] : []),
    ...(tooLong && df ? ['→ without --df it goes in fragments, where they are allowed'] : []),
    `→ npm run -s lab -- diagnose --stack ${stack}   looks for the row to blame`,
  ];
}
