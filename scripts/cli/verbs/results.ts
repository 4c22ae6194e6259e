// `results`: what the experiments of a stack observed, for people and for programs.
import type { ExperimentResult, Json, LabResults } from '../../../infra/experiments/result.ts';
import { composeResults } from '../../../infra/experiments/results-store.ts';
import { toJson } from '../../../infra/experiments/to-json.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import { listRecords, readRecord, type StackRecord } from '../../../infra/state/stack-store.ts';
import { checkStackName, chooseRecord } from '../choose-stack.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { labResults } from '../lab-report.ts';
import { resultsPage } from '../results-page.ts';
import { asTyped } from '../spelling.ts';
import { unknownName } from '../unknown-name.ts';

export interface ResultsOptions {
  readonly stack?: string;
  /** What checks that hold expected and saw, too. */
  readonly all?: boolean;
  readonly json?: boolean;
  readonly canonical?: boolean;
}

/**
 * The exit code is 0 when the results could be shown, whatever they say: `verify` is for asking.
 * @param words names of experiments; the first one may be a stack's
 */
export async function results(words: readonly string[], options: ResultsOptions): Promise<ExitCode> {
  const { record, names } = await meantBy(words, options.stack);
  const every = await labResults(record);
  const found = names.length === 0 ? every : composeResults(record, chosen(record, every, names));
  const detail = { all: options.all === true, story: options.all === true || names.length > 0 };
  process.stdout.write(
    options.json
      ? `${JSON.stringify(published(found, options.canonical), null, 2)}\n`
      : asTyped(resultsPage(found, terminalOf(process.stdout), detail)),
  );
  return EXIT.pass;
}

/** @throws CliError when a word is nobody's name, or it is not clear which stack is meant */
async function meantBy(
  words: readonly string[],
  stack: string | undefined,
): Promise<{ readonly record: StackRecord; readonly names: readonly string[] }> {
  const [first, ...rest] = words;
  if (stack === undefined && first !== undefined) {
    const record = await readRecord(checkStackName(first));
    if (record !== undefined) return { record, names: rest };
    const records = await listRecords();
    const experiments = records.flatMap(({ definition }) => definition.experiments.map(({ name }) => name));
    if (records.length > 0 && !experiments.includes(first)) {
      const known = [...records.map((one) => one.stack), ...new Set(experiments)];
      throw unknownName(
        `no stack with a lab and no experiment is called "${first}"`,
        first,
        known,
        'stacks and experiments',
      );
    }
  }
  const record = await chooseRecord(stack, ['npm run -s lab -- results', ...words].join(' '));
  return { record, names: words };
}

function chosen(
  { lab, definition, stack }: StackRecord,
  { experiments }: LabResults,
  names: readonly string[],
) {
  for (const name of names) {
    if (experiments.some((one) => one.name === name)) continue;
    const known = definition.experiments.map((one) => one.name);
    if (!known.includes(name)) {
      throw unknownName(`lab ${lab} has no experiment "${name}"`, name, known, 'experiments');
    }
    throw usageError(
      `experiment "${name}" has not been run`,
      `npm run -s lab -- verify ${name} --stack ${stack}   runs it`,
    );
  }
  return experiments.filter(({ name }) => names.includes(name));
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
