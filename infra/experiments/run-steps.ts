// Runs the commands of an experiment one after the other, and keeps what each left.
import type { Host } from '../backends/host.ts';
import { HostError } from '../backends/host-error.ts';
import type { ExecStep } from '../lab/schema.ts';
import { fillArgv } from '../lab/template.ts';
import { shellQuote } from '../util/shell-quote.ts';
import { evaluateCheck } from './evaluate-check.ts';
import { ExperimentError, type Running } from './experiment.ts';
import type { CheckResult, Json } from './result.ts';

/** A step as it stands in a lab file; only steps of `exec` have a name and a claim. */
export type Step = ExecStep & { readonly name?: string | undefined; readonly claim?: string | undefined };

export interface StepOutcome {
  readonly observed: Json;
  readonly check: CheckResult;
}

/** One step. A command that cannot be run, or is killed for its time limit, is an inconclusive check; only an abort throws. */
export async function runStep(running: Running, step: Step, signal?: AbortSignal): Promise<StepOutcome> {
  const named = { name: step.name ?? shellQuote(step.command), claim: step.claim, expect: step.expect };
  let command: readonly string[] = step.command;
  try {
    command = fillArgv(step.command, running.lookup);
    const name = step.name ?? shellQuote(command);
    const observed = await runCommand(running.cluster.host(step.in), step, command, signal);
    return { observed, check: evaluateCheck({ ...named, name }, observed, '', running.lookup) };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const observed = { in: step.in, command, error: reason };
    const { name, claim } = named;
    return {
      observed,
      check: {
        name,
        ...(claim !== undefined && { claim }),
        verdict: 'inconclusive',
        expected: step.expect,
        observed,
        differences: [reason, ...advice(error, step)],
      },
    };
  }
}

/** One that was killed has neither done what was expected nor failed to: it is for the lab to say how long an answer may take. */
function advice(error: unknown, { timeout }: Step): readonly string[] {
  if (!(error instanceof HostError && error.reason === 'timeout')) return [];
  return [
    `so nothing can be told of it: where no answer within less than ${timeout} s is an answer, put timeout(1) before the command`,
  ];
}

/** Steps that set the scene. @throws ExperimentError naming the one that did not work */
export async function runBefore(running: Running, steps: readonly Step[], what: string): Promise<void> {
  for (const step of steps) {
    const { check } = await runStep(running, step, running.signal);
    if (check.verdict !== 'pass') {
      throw new ExperimentError(
        `the step "${check.name}" before the ${what} did not work: ${check.differences.join('; ')}`,
      );
    }
  }
}

/**
 * Runs to the end whatever happens: without the experiment's signal, since an aborted one must not leave its changes
 * behind. Each step still has its own time limit.
 * @returns why the lab is not as it was, if it is not
 */
export async function cleanUp(running: Running, steps: readonly Step[]): Promise<string | undefined> {
  const outcomes: StepOutcome[] = [];
  for (const step of steps) outcomes.push(await runStep(running, step));
  const failed = outcomes.filter(({ check }) => check.verdict !== 'pass');
  if (failed.length === 0) return undefined;
  const what = failed.map(({ check }) => `${check.name}: ${check.differences.join('; ')}`);
  return `clean-up did not work, so the lab is not as it was: ${what.join(' · ')}`;
}

/** `{in, command, exitCode, stdout, stderr, json?}`; `json` only when asked for. */
export async function runCommand(
  host: Host,
  step: Pick<Step, 'in' | 'json' | 'timeout'>,
  command: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly [key: string]: Json }> {
  const { exitCode, stdout, stderr } = await host.run(command, {
    timeoutMs: step.timeout * 1000,
    ...(signal && { signal }),
  });
  const result = { in: step.in, command, exitCode, stdout, stderr };
  if (!step.json) return result;
  try {
    return { ...result, json: JSON.parse(stdout) as Json };
  } catch (cause) {
    // A command that failed has said so by its exit code; `json` is then simply not there.
    if (exitCode !== 0) return result;
    throw new ExperimentError(
      `${shellQuote(command)} on ${step.in} was to print JSON and printed: ${stdout.trim().slice(0, 200) || 'nothing'}`,
      { cause },
    );
  }
}
