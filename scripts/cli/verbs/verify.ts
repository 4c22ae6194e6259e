// `verify`: experiments run again on the lab as it stands. The engine has no part in it, and nothing is changed.
import type { ExperimentResult, Verdict } from '../../../infra/experiments/result.ts';
import { composeResults } from '../../../infra/experiments/results-store.ts';
import type { Lab, LabExperiment } from '../../../infra/lab/lab.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import { recordedLab, type StackRecord } from '../../../infra/state/stack-store.ts';
import { chooseRecord } from '../choose-stack.ts';
import { CliError } from '../cli-error.ts';
import { backendDirectory, stackOutputs } from '../engine/file-backend.ts';
import { onStopRequests } from '../engine/stop-requests.ts';
import { decisiveVerdict, EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { experimentText } from '../results-page.ts';
import { runExperiments } from '../run-experiments.ts';
import { asTyped } from '../spelling.ts';
import { StatusLine } from '../status-line.ts';
import { unknownName } from '../unknown-name.ts';
import { published } from './results.ts';

export interface VerifyOptions {
  readonly stack?: string;
  readonly json?: boolean;
}

export async function verify(names: readonly string[], options: VerifyOptions): Promise<ExitCode> {
  const record = await chooseRecord(options.stack, 'npm run -s lab -- verify');
  const lab = recordedLab(record);
  const chosen = chooseExperiments(lab, names);
  const abort = new AbortController();
  const ignore = onStopRequests(() => abort.abort());
  try {
    const status = new StatusLine();
    const shown = {
      started: (name: string) => status.update([], `… ${name}`),
      ended: (result: ExperimentResult) =>
        status.update([
          asTyped(experimentText(result, terminalOf(process.stdout), { story: names.length > 0 })),
        ]),
    };
    const ran = await runExperiments(record, chosen, {
      signal: abort.signal,
      ...(options.json ? {} : shown),
    });
    const results = composeResults(record, ran);
    process.stdout.write(
      options.json
        ? `${JSON.stringify(published(results), null, 2)}\n`
        : `\n${results.verdict}: ${summaryLine(ran)}\n`,
    );
    const note = outdatedOutputs(await lastOutputs(record), ran);
    if (note !== undefined) (options.json ? process.stderr : process.stdout).write(`${note}\n`);
    const recorded = chosen.filter(({ onFailure }) => onFailure === 'record').map(({ name }) => name);
    return exitCodeOf(decisiveVerdict(ran, new Set(recorded)));
  } catch (error) {
    if (abort.signal.aborted)
      throw new CliError('stopped; the lab stands as it did', [], EXIT.interrupted, { cause: error });
    throw error;
  } finally {
    ignore();
  }
}

/** @throws CliError naming an experiment that the lab does not have */
export function chooseExperiments(lab: Lab, names: readonly string[]): readonly LabExperiment[] {
  const known = lab.experiments.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw unknownName(`lab ${lab.name} has no experiment "${unknown}"`, unknown, known, 'experiments');
  }
  return lab.experiments.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** The outputs of the lab's stack, where its state can be looked at without an engine. */
async function lastOutputs({ backendUrl, checkout, project, stack }: StackRecord) {
  const directory = backendDirectory(backendUrl, checkout);
  return directory === undefined ? undefined : await stackOutputs({ directory, project, stack });
}

/** Only an update can change a stack's outputs: what to say where they now differ from what was seen. Pure. */
export function outdatedOutputs(
  outputs: Readonly<Record<string, unknown>> | undefined,
  ran: readonly Pick<ExperimentResult, 'name' | 'verdict'>[],
): string | undefined {
  const said = new Map(Object.entries(outputs?.experiments ?? {}));
  const differing = ran.flatMap(({ name, verdict }) => {
    const old = said.get(name);
    return old === undefined || old === verdict ? [] : [`${name} (${old})`];
  });
  if (differing.length === 0) return undefined;
  return `The stack's outputs still have what the last up observed: ${differing.join(', ')}. The results have the new verdicts.`;
}

/** How many pass; of what is inconclusive there is more to say than that it does not. Pure. */
export function summaryLine(ran: readonly Pick<ExperimentResult, 'name' | 'verdict'>[]): string {
  const named = (verdict: Verdict) => ran.filter((one) => one.verdict === verdict).map(({ name }) => name);
  const open = named('inconclusive');
  const passing = `${named('pass').length} of ${ran.length} experiments pass`;
  if (open.length === 0) return passing;
  return `${passing}; of ${open.join(', ')} it could not be found out (above is why), which is no failure and no pass`;
}
