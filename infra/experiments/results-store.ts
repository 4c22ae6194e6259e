// Results on disk: one file an experiment (results/<name>.json), and all of them together in results.json.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { namesIn } from '../util/if-there.ts';
import { writeAtomic } from '../util/write-atomic.ts';
import type { ExperimentResult, LabResults } from './result.ts';
import { experimentResultSchema, labResultsSchema, RESULTS_VERSION } from './results-schema.ts';
import { worst } from './verdict.ts';

/** What results.json says about the lab as a whole. */
export interface ResultsHeader extends Pick<LabResults, 'lab' | 'stack' | 'backend'> {
  /** Names of the experiments as in the lab file. @default by the time they started */
  readonly order?: readonly string[];
}

/** The composed file. */
export function resultsFile(resultsDir: string): string {
  return path.join(resultsDir, 'results.json');
}

/**
 * Keeps one experiment's result in place of its previous one, and composes results.json anew: with `header`, or with
 * that of the results.json there is; with neither, results.json is left for later. May be called side by side.
 * @throws Error naming the file that cannot be written
 */
export async function writeResult(
  resultsDir: string,
  result: ExperimentResult,
  header?: ResultsHeader,
): Promise<void> {
  await writeAtomic(experimentFile(resultsDir, result.name), pretty(result));
  await recompose(resultsDir, header);
}

/** Forgets one experiment's result and capture. Idempotent. */
export async function removeResult(resultsDir: string, name: string): Promise<void> {
  await forget(resultsDir, name);
  await recompose(resultsDir);
}

/**
 * Every stored result: those in `order` first, then the others by the time they started. Empty when nothing was run.
 * @throws Error naming a file that is not a result
 */
export async function readResults(
  resultsDir: string,
  order: readonly string[] = [],
): Promise<readonly ExperimentResult[]> {
  const names = await storedNames(resultsDir);
  const results = await Promise.all(names.map((name) => readResult(resultsDir, name)));
  const place = ({ name }: ExperimentResult) => (order.includes(name) ? order.indexOf(name) : order.length);
  return results
    .filter((result) => result !== undefined)
    .sort((a, b) => place(a) - place(b) || compare(a.startedAt, b.startedAt) || compare(a.name, b.name));
}

/** Puts results together. The verdict is the worst; without experiments nothing has failed. */
export function composeResults(header: ResultsHeader, experiments: readonly ExperimentResult[]): LabResults {
  const { lab, stack, backend } = header;
  return { lab, stack, backend, verdict: worst(experiments.map(({ verdict }) => verdict)), experiments };
}

/** Puts together what is stored, writes results.json, and returns it. @param order names as in the lab file */
export async function writeLabResults(
  resultsDir: string,
  header: ResultsHeader,
  order: readonly string[] | undefined = header.order,
): Promise<LabResults> {
  return inTurn(async () => {
    const results = composeResults(header, await readResults(resultsDir, order));
    await writeAtomic(resultsFile(resultsDir), pretty({ version: RESULTS_VERSION, ...results }));
    return results;
  });
}

async function recompose(resultsDir: string, header?: ResultsHeader): Promise<void> {
  const known = header ?? (await headerOf(resultsDir));
  if (known !== undefined) await writeLabResults(resultsDir, known);
}

/** Compositions of one process wait for each other, so that the last one to be written has seen every result. */
let composing: Promise<unknown> = Promise.resolve();

async function inTurn<T>(compose: () => Promise<T>): Promise<T> {
  const turn = composing.then(compose);
  composing = turn.catch(() => undefined);
  return turn;
}

/** That of the results.json there is; a broken one counts for nothing, since it is about to be replaced. */
async function headerOf(resultsDir: string): Promise<ResultsHeader | undefined> {
  const text = await readFile(resultsFile(resultsDir), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { lab, stack, backend, experiments } = labResultsSchema.parse(JSON.parse(text));
    return { lab, stack, backend, order: experiments.map(({ name }) => name) };
  } catch {
    return undefined;
  }
}

async function forget(resultsDir: string, name: string): Promise<void> {
  const files = [experimentFile(resultsDir, name), path.join(resultsDir, 'captures', `${name}.pcapng`)];
  await Promise.all(files.map((file) => rm(file, { force: true })));
}

async function readResult(resultsDir: string, name: string): Promise<ExperimentResult | undefined> {
  const file = experimentFile(resultsDir, name);
  try {
    return experimentResultSchema.parse(JSON.parse(await readFile(file, 'utf8'))) as ExperimentResult;
  } catch (cause) {
    // Removed since the directory was listed.
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} is not the result of an experiment: delete it and run the experiment again`, {
      cause,
    });
  }
}

async function storedNames(resultsDir: string): Promise<readonly string[]> {
  const entries = await namesIn(path.join(resultsDir, 'results'));
  return entries
    .filter((entry) => entry.endsWith('.json') && !entry.startsWith('.'))
    .map((entry) => entry.slice(0, -'.json'.length));
}

function experimentFile(resultsDir: string, name: string): string {
  return path.join(resultsDir, 'results', `${name}.json`);
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
