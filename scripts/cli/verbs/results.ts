// `results`: what the experiments of a stack observed, for people and for programs.
import type { ExperimentResult, Json, LabResults } from '../../../infra/experiments/result.ts';
import { toJson } from '../../../infra/experiments/to-json.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import { chooseRecord } from '../choose-stack.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { labResults } from '../lab-report.ts';
import { resultsPage } from '../results-page.ts';
import { asTyped } from '../spelling.ts';

export interface ResultsOptions {
  readonly json?: boolean;
  readonly canonical?: boolean;
}

/** The exit code is 0 when the results could be shown, whatever they say: `verify` is for asking. */
export async function results(stack: string | undefined, options: ResultsOptions): Promise<ExitCode> {
  const record = await chooseRecord(stack, 'npm run -s lab -- results');
  const found = await labResults(record);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(published(found, options.canonical), null, 2)}\n`
      : asTyped(resultsPage(found, terminalOf(process.stdout))),
  );
  return EXIT.pass;
}

/** The published form. Canonical: equal whenever the kernel did the same. */
export function published({ lab, backend, verdict, experiments }: LabResults, canonical = false): Json {
  return {
    lab,
    backend,
    verdict,
    experiments: experiments.map((one) => publishedExperiment(one, canonical)),
  };
}

function publishedExperiment(one: ExperimentResult, canonical: boolean): Json {
  const { name, kind, verdict, checks, faults } = one;
  return {
    name,
    kind,
    verdict,
    // Which row it was names veths and MACs.
    ...(faults && { faults: canonical ? faults.map((fault) => fault.name) : toJson(faults) }),
    checks: checks.map((check) => {
      // What a check saw is part of what was observed, and only the whole has a canonical form.
      if (canonical) return { name: check.name, verdict: check.verdict };
      return { name: check.name, verdict: check.verdict, expected: check.expected, observed: check.observed };
    }),
    observed: canonical ? one.canonical : one.observed,
  };
}
